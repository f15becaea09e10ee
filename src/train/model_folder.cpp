#include "train/model_folder.h"

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

constexpr const char* kCheckpoints = "checkpoints";

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// The run that `name` is or whose checkpoints it is; "" when it is neither.
fs::path run_of(const fs::path& name) {
  std::error_code ignored;
  if (!is_folder(name) || fs::exists(name / "config.json", ignored)) return {};
  if (is_folder(name / kCheckpoints)) return name;
  const fs::path plain = name.has_filename() ? name : name.parent_path();  // "RUN/checkpoints/"
  if (plain.filename() != kCheckpoints) return {};
  return plain.has_parent_path() ? plain.parent_path() : fs::path(".");
}

}  // namespace

std::filesystem::path model_folder(const std::filesystem::path& name) {
  const fs::path run = run_of(name);
  if (run.empty()) return name;
  const fs::path newest = newest_checkpoint(run);
  if (newest.empty()) fail_input("{}: a training run without a checkpoint yet; expected a model folder", name.string());
  log_info("{}: a training run; its newest checkpoint is taken, {}", name.string(), newest.string());
  return newest;
}

}  // namespace flanmoe
