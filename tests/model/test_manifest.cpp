// Folders that we wrote say what is in them; a flipped bit is seen.
#include "model/manifest.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "model/folder.h"
#include "testing/check.h"
#include "tiny.h"

namespace flanmoe {
namespace {

class Manifest : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    save_model(tiny::stirred(tiny::options("switch")), folder_);
    write_manifest(folder_);
  }
  void flip(const std::string& name) const {
    std::string bytes = content_of(folder_ / name);
    bytes[bytes.size() - 5] = static_cast<char>(bytes[bytes.size() - 5] ^ 1);
    put(name, bytes);
  }
  std::string refused() const {
    return message_of<UserError>([&] { load_model(folder_); });
  }
  void expect_refused(const std::string& part) const {
    const std::string message = refused();
    EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_NE(message.find("--no-check"), std::string::npos) << message;
  }
};

TEST_F(Manifest, AWholeFolderLoads) {
  EXPECT_NO_THROW(load_model(folder_));
  EXPECT_TRUE(damage_of(folder_, {"config.json", "model.safetensors"}).empty());
}

TEST_F(Manifest, AFlippedBitIsNamed) {
  flip("model.safetensors");
  expect_refused("model.safetensors is damaged: its checksum is another");
  EXPECT_NO_THROW(load_checked_model(folder_));
}

TEST_F(Manifest, AShorterFileIsNamed) {
  put("model.safetensors", content_of(folder_ / "model.safetensors").substr(0, 100));
  expect_refused("model.safetensors is damaged: it has 100 bytes");
}

TEST_F(Manifest, SettingsOfGenerationMayBeEdited) {
  put("generation_config.json", "{\"num_beams\": 2}");
  EXPECT_NO_THROW(load_model(folder_));
}

TEST_F(Manifest, IsNotBelievedAsItIs) {
  const std::string whole = content_of(folder_ / "manifest.json");
  for (const auto& [text, part] : std::vector<std::pair<std::string, std::string>>{
           {"{\"files\": {}}", "does not list config.json"},
           {"[]", "manifest.json is damaged"},
           {"null", "manifest.json is damaged"},
           {"{\"files\": []}", "'files' is []"},
           {"{\"files\": {\"config.json\": {}}}", "'bytes'"},
           {"{\"files\": {\"../x\": {\"bytes\": 1, \"checksum\": \"\"}, \"config.json\": {}}}", "it lists '../x'"},
           {whole + std::string(1, '\0'), "manifest.json is damaged"},
           {whole.substr(0, whole.size() / 2), "malformed JSON"}}) {
    put("manifest.json", text);
    expect_refused(part);
  }
  Json changed = parse_json(whole, "manifest");
  changed["files"]["model.safetensors"]["bytes"] = 1;
  put("manifest.json", changed.dump());
  expect_refused("manifest.json is damaged: its checksum is another");
}

// Nor is one that says nothing of the weights, or of other weights that lie beside those it lists.
TEST_F(Manifest, ListsAllWeights) {
  const std::string whole = content_of(folder_ / "manifest.json");
  Json without = parse_json(whole, "manifest");
  without["files"].erase("model.safetensors");
  without["checksum"] = checksum_text(without["files"].dump());
  put("manifest.json", without.dump());
  expect_refused("manifest.json does not list model.safetensors");
  without.erase("checksum");
  put("manifest.json", without.dump());
  expect_refused("manifest.json does not list model.safetensors");
  put("manifest.json", whole);
  put("model.safetensors.index.json", "{}");
  expect_refused("manifest.json does not list model.safetensors.index.json");
  std::filesystem::remove(folder_ / "model.safetensors.index.json");
  put("model-00001-of-00001.safetensors", "");
  expect_refused("manifest.json does not list model-00001-of-00001.safetensors");
}

// Folders of others, and of ours from before, have none.
TEST_F(Manifest, NoneIsNoReason) {
  std::filesystem::remove(folder_ / "manifest.json");
  EXPECT_NO_THROW(load_model(folder_));
  const std::vector<Damage> damage = damage_of(folder_, {});
  ASSERT_EQ(damage.size(), 1u);
  EXPECT_EQ(damage[0].what, "is missing");
}

}  // namespace
}  // namespace flanmoe
