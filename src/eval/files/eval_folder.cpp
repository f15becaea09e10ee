#include "eval/files/eval_folder.h"

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "tensor/platform.h"

namespace flanmoe {
namespace {

const char* const kConfig = "config.json";
const char* const kResults = "results.json";

std::string shown(const Json& flat, const std::string& key) {
  return flat.contains(key) ? json_excerpt(flat.at(key)) : "absent";
}

// Whether there is a config.json that is no model's.
bool holds_evaluation(const std::filesystem::path& folder) {
  return fs::exists(folder / kConfig) && !read_json(folder / kConfig).contains("model_type");
}

// A folder that an evaluation may begin or go on in, neither a training run nor a study, which have a lock, too.
const std::filesystem::path& checked(const std::filesystem::path& folder) {
  const bool is_new = !fs::exists(folder) || (fs::is_directory(folder) && holds_only_leftovers(folder, kLockFile));
  if (!is_new && !holds_evaluation(folder)) {
    fail_input("{}: exists already and holds no evaluation ({}); expected a new or empty folder, or one to go on in",
               folder.string(), kConfig);
  }
  return folder;
}

}  // namespace

std::string first_difference(const Json& there, const Json& here) {
  const Json before = there.flatten(), now = here.flatten();
  for (const Json* one : {&now, &before}) {
    for (const auto& [key, value] : one->items()) {
      if (before.contains(key) && now.contains(key) && before.at(key) == now.at(key)) continue;
      return fmt::format("'{}' is {} there and {} here", key.substr(1), shown(before, key), shown(now, key));
    }
  }
  return "";
}

void expect_same_config(Json there, Json here, const std::string& name, bool is_finished) {
  const std::string platform = platform_difference(there.value("platform", Json()), here.value("platform", Json()));
  there.erase("platform");
  here.erase("platform");
  const std::string difference = first_difference(there, here);
  if (!difference.empty()) {
    fail_input("{}: was begun under another configuration: {}; expected the same, or another place", name, difference);
  }
  if (!platform.empty() && !is_finished) {
    log_warn("{}: was begun on another platform ({}): it goes on, but not to the bits of a straight run", name,
             platform);
  }
}

EvalFolder::EvalFolder(std::filesystem::path folder, const Json& config)
    : folder_(std::move(folder)), samples_(folder_ / "samples"), lock_(FileLock::owner_of(checked(folder_))) {
  remove_leftovers(folder_);
  const std::filesystem::path file = folder_ / kConfig;
  if (!fs::exists(file)) {
    write_json(file, config);
    return;
  }
  expect_same_config(read_json(file), config, folder_.string(), finished());
}

bool EvalFolder::finished() const { return fs::exists(folder_ / kResults); }

void EvalFolder::finish(const Json& results) const {
  samples_.sync();
  write_json(folder_ / kResults, results);
}

Json read_results(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kResults;
  if (fs::exists(file)) return read_json(file);
  if (fs::exists(folder / kConfig)) {
    fail_input("{}: its evaluation is not finished; the same command with --out {} goes on with it", folder.string(),
               folder.string());
  }
  fail_input("{}: no folder of an evaluation; expected one that flanmoe eval --out wrote", folder.string());
}

}  // namespace flanmoe
