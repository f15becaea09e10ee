#include "model/manifest.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace flanmoe {
namespace {

const char* const kManifest = "manifest.json";
bool g_skips = false;

std::string wrong_with(const std::filesystem::path& file, const Json& facts, const std::string& where) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return "is missing";
  const auto bytes = static_cast<int64_t>(fs::file_size(file));
  if (const int64_t expected = json_int(facts, "bytes", where); bytes != expected)
    return fmt::format("is damaged: it has {} bytes, expected {}", bytes, expected);
  return checksum_file(file) == json_string(facts, "checksum", where) ? "" : "is damaged: its checksum is another";
}

std::vector<Damage> damage_of_files(const std::filesystem::path& folder, const Json& manifest,
                                    const std::vector<std::string>& required) {
  const std::string where = (folder / kManifest).string();
  const Json& files = json_at(manifest, "files", where);
  if (!files.is_object()) fail_input("{}: 'files' is {}, expected an object", where, json_excerpt(files));
  // Manifests of before have no checksum of their own.
  if (manifest.contains("checksum") && json_string(manifest, "checksum", where) != checksum_text(files.dump()))
    return {{kManifest, "is damaged: its checksum is another"}};
  std::vector<Damage> damage;
  for (const std::string& name : required) {
    if (!files.contains(name)) damage.push_back({kManifest, fmt::format("does not list {}", name)});
  }
  for (const char* ending : {".safetensors", ".safetensors.index.json"}) {  // whatever weights would be read
    for (const std::filesystem::path& file : files_in(folder, ending)) {
      const std::string name = file.filename().string();
      if (name.starts_with("model") && !files.contains(name))
        damage.push_back({kManifest, fmt::format("does not list {}", printable(name))});
    }
  }
  for (const auto& [name, facts] : files.items()) {
    const std::filesystem::path file = std::filesystem::path(name).lexically_normal();
    if (file.is_absolute() || file.begin()->string() == "..") fail_input("{}: it lists '{}'", where, printable(name));
    if (std::string what = wrong_with(folder / file, facts, where); !what.empty()) damage.push_back({name, what});
  }
  return damage;
}

}  // namespace

void write_manifest(const std::filesystem::path& folder) {
  Json files = Json::object();
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    files[fs::relative(path, folder).string()] = {{"bytes", fs::file_size(path)}, {"checksum", checksum_file(path)}};
  }
  write_json(folder / kManifest, {{"files", files}, {"checksum", checksum_text(files.dump())}});
}

std::vector<Damage> damage_of(const std::filesystem::path& folder, const std::vector<std::string>& required) {
  std::error_code ignored;
  if (!fs::exists(folder / kManifest, ignored)) return {{kManifest, "is missing"}};
  try {
    const Json manifest = read_json(folder / kManifest);
    return damage_of_files(folder, manifest, required);
  } catch (const UserError& error) {
    return {{kManifest, fmt::format("is damaged: {}", error.what())}};
  }
}

void check_manifest(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (g_skips || !fs::exists(folder / kManifest, ignored)) return;
  std::vector<Damage> damage = damage_of(folder, {"config.json"});
  // Settings of generation are everybody's to edit.
  std::erase_if(damage, [](const Damage& one) { return one.file == "generation_config.json"; });
  if (damage.empty()) return;
  fail_input("{} {}; expected the file that was written there (--no-check takes the folder as it is)",
             (folder / damage.front().file).string(), damage.front().what);
}

void skip_manifest_checks() { g_skips = true; }

}  // namespace flanmoe
