// What is fixed before the first run stays fixed.
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "data/data_case.h"
#include "study/arms.h"
#include "study/protocol_file.h"

namespace flanmoe {
namespace {

class Protocol : public FolderTest {
 protected:
  void keep(const std::string& more, const std::string& commit = "abc") {
    StudyOptions options;
    load_study_options(parse_config("model: {d_model: 16, d_kv: 4, num_heads: 2, d_ff: 24}\n"
                                    "arms: {dense: {twin_of: switch}, switch: {twin: dense, model: {moe: {num_experts: "
                                    "4}}}}\n" +
                                        more,
                                    "study.yaml"),
                       options);
    keep_protocol(options, resolve_comparisons(options, resolve_arms(options, 100)), {folder_}, commit);
  }
  std::string refused(const std::string& more) {
    return message_of<UserError>([&] { keep(more); });
  }
};

TEST_F(Protocol, IsWrittenOnceAndChecked) {
  keep("");
  const Json written = read_json(folder_ / "protocol.json");
  EXPECT_EQ(written["commit"], "abc");
  EXPECT_EQ(written["fixed"]["looks"], Json({4, 8, 12, 16}));
  EXPECT_EQ(written["fixed"]["data"], Json({{"kind", "world"}, {"world_seed", 1}, {"world_by_seed", false}}));
  EXPECT_EQ(written["fixed"]["questions"][0]["id"], "shape-2");
  EXPECT_EQ(written["fixed"]["questions"][0]["margin"], 2.0);
  keep("", "another program");
  keep("seeds: [1, 2, 3]\n");  // seeds may be appended
  EXPECT_EQ(read_json(folder_ / "protocol.json"), written);
}

TEST_F(Protocol, NamesWhatIsNotTheSame) {
  keep("");
  for (const auto& [change, parts] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"protocol: {margin: 1}\n", {"protocol.json", "/questions/0/margin", "2.0 there", "1.0 now"}},
           {"protocol: {looks: [4, 8]}\n", {"/looks", "another protocol"}},
           {"world: {seed: 7}\n", {"/data/world_seed: 1 there, 7 now"}},
           {"comparisons: {mine: {measure: gain/heldout, parts: [{arm: switch, over: dense}]}}\n", {"/questions"}}}) {
    const std::string message = refused(change);
    for (const std::string& part : parts)
      EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' in: " << message;
  }
}

}  // namespace
}  // namespace flanmoe
