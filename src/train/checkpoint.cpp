#include "train/checkpoint.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "model/folder.h"
#include "model/parameter.h"
#include "tensor/platform.h"

namespace flanmoe {
namespace {

constexpr const char* kPrefix = "step-";

struct Found {
  int64_t step;
  std::filesystem::path path;
};

// step-N folders, newest first.
std::vector<Found> list_checkpoints(const std::filesystem::path& run_folder) {
  std::vector<Found> found;
  const auto folder = run_folder / "checkpoints";
  if (!fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix)) continue;
    const char* begin = name.data() + std::string_view(kPrefix).size();
    const char* end = name.data() + name.size();
    int64_t step = 0;
    if (const auto [stop, error] = std::from_chars(begin, end, step); error == std::errc() && stop == end) {
      found.push_back({step, entry.path()});
    }
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.step > b.step; });
  return found;
}

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
  write_json(folder / "manifest.json", {{"files", files}});
}

// "" when every file of the manifest is there with its checksum, else what is wrong.
std::string damage_of(const std::filesystem::path& checkpoint) {
  const auto manifest_file = checkpoint / "manifest.json";
  if (!fs::exists(manifest_file)) return "manifest.json is missing";
  try {
    const Json manifest = read_json(manifest_file);
    for (const auto& [name, facts] : json_at(manifest, "files", manifest_file.string()).items()) {
      const auto file = checkpoint / name;
      if (!fs::exists(file)) return name + " is missing";
      if (checksum_file(file) != json_string(facts, "checksum", manifest_file.string())) return name + " is damaged";
    }
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

double TrainState::take_mean_loss() {
  mean_loss = loss_sum / static_cast<double>(loss_count);
  loss_sum = 0.0;
  loss_count = 0;
  return mean_loss;
}

std::filesystem::path newest_checkpoint(const std::filesystem::path& run_folder) {
  for (const Found& found : list_checkpoints(run_folder)) {
    const std::string damage = damage_of(found.path);
    if (damage.empty()) return found.path;
    log_warn("{}: passed over, {}", found.path.string(), damage);
  }
  return {};
}

void save_checkpoint(const std::filesystem::path& run_folder, const T5Model& model, const Optimizer& optimizer,
                     const TrainState& state, const TokenizerFiles& tokenizer) {
  const auto path = run_folder / "checkpoints" / (kPrefix + std::to_string(state.step));
  make_folders(path.parent_path());
  fs::remove_all(path);  // a damaged one that newest_checkpoint passed over
  create_folder_atomically(path, [&](const std::filesystem::path& folder) {
    save_model(model, folder);
    if (!tokenizer.spiece_model.empty()) write_tokenizer_files(tokenizer, folder);
    make_folders(folder / "train_state");
    save_safetensors(folder / "train_state" / "optimizer.safetensors", optimizer.state());
    write_json(folder / "train_state" / "state.json", {{"step", state.step},
                                                       {"num_tokens", state.num_tokens},
                                                       {"loss_sum", state.loss_sum},
                                                       {"loss_count", state.loss_count},
                                                       {"mean_loss", state.mean_loss},
                                                       {"platform", platform_json()}});
    write_manifest(folder);
  });
  for (const Found& found : list_checkpoints(run_folder)) {
    if (found.step > state.step) fs::remove_all(found.path);  // damaged: the run went on from an older one
  }
}

TrainState load_checkpoint(const std::filesystem::path& checkpoint, const T5Model& model, const Optimizer& optimizer) {
  const at::NoGradGuard no_gradients;
  const T5Model saved = load_model(checkpoint);
  std::map<std::string, at::Tensor> weights, moments;
  for (const Parameter& parameter : saved.parameters()) weights[parameter.name] = parameter.value;
  const auto optimizer_file = checkpoint / "train_state" / "optimizer.safetensors";
  for (const NamedTensor& tensor : load_safetensors(optimizer_file)) moments[tensor.name] = tensor.value;
  const auto copy = [&](const std::map<std::string, at::Tensor>& from, const std::string& name, at::Tensor to) {
    const auto found = from.find(name);
    if (found == from.end() || found->second.sizes() != to.sizes()) {
      fail_input("{}: it holds another model or optimiser: '{}' is {}, expected shape {}", checkpoint.string(), name,
                 found == from.end() ? "missing" : c10::str(found->second.sizes()), c10::str(to.sizes()));
    }
    to.copy_(found->second);
  };
  for (const Parameter& parameter : model.parameters()) copy(weights, parameter.name, parameter.value.detach());
  for (const NamedTensor& tensor : optimizer.state()) copy(moments, tensor.name, tensor.value);
  const auto state_file = checkpoint / "train_state" / "state.json";
  const Json state = read_json(state_file);
  const std::string where = state_file.string();
  if (const std::string difference = platform_difference(state.value("platform", Json()), platform_json());
      !difference.empty()) {
    log_warn("{}: was saved on another platform ({}): the run goes on, but not to the bits of a straight run",
             checkpoint.string(), difference);
  }
  return {json_int(state, "step", where), json_int(state, "num_tokens", where), json_number(state, "loss_sum", where),
          json_int(state, "loss_count", where), state.value("mean_loss", 0.0)};
}

void prune_checkpoints(const std::filesystem::path& run_folder, int64_t keep) {
  const auto found = list_checkpoints(run_folder);
  for (size_t i = static_cast<size_t>(keep); i < found.size(); ++i) fs::remove_all(found[i].path);
}

}  // namespace flanmoe
