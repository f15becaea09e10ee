#include "train/checkpoint.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/remove_folder.h"
#include "base/temporary_name.h"
#include "model/folder.h"
#include "model/manifest.h"
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

// What training does not read: damage there is no reason to go back to an older checkpoint.
bool is_unread(const Damage& damage) {
  for (const char* name : {"generation_config.json", "tokenizer_config.json", "special_tokens_map.json"}) {
    if (damage.file == name) return true;
  }
  return false;
}

std::string listed(const std::vector<Damage>& damage) {
  std::string text;
  for (const Damage& one : damage) text += (text.empty() ? "" : "; ") + one.file + " " + one.what;
  return text;
}

// Whether training can go on from it; says why not.
bool is_whole(const std::filesystem::path& checkpoint, std::string& why_not) {
  const std::vector<Damage> damage =
      damage_of(checkpoint, {"config.json", "train_state/optimizer.safetensors", "train_state/state.json"});
  if (damage.empty()) return true;
  why_not = listed(damage);
  if (!std::all_of(damage.begin(), damage.end(), is_unread)) return false;
  log_warn("{}: {}; training does not read it and goes on", checkpoint.string(), why_not);
  return true;
}

// A damaged checkpoint is never deleted: it steps aside.
void move_aside(const std::filesystem::path& checkpoint) {
  for (int64_t number = 1;; ++number) {
    const std::filesystem::path aside =
        fmt::format("{}.damaged{}", checkpoint.string(), number == 1 ? "" : fmt::format("-{}", number));
    if (fs::exists(aside)) continue;
    fs::rename(checkpoint, aside);
    log_warn("{}: moved aside to {}", checkpoint.string(), aside.filename().string());
    return;
  }
}

void expect_finite(const T5Model& model, const Optimizer& optimizer, int64_t step) {
  const auto check = [step](const std::string& name, const at::Tensor& value) {
    if (at::isfinite(value).all().item<bool>()) return;
    fail_run(
        "step {}: '{}' is no longer finite, nothing was saved; the last checkpoint stands. Try a lower learning rate",
        step, name);
  };
  for (const Parameter& parameter : model.parameters()) check(parameter.name, parameter.value.detach());
  for (const NamedTensor& tensor : optimizer.state()) check(tensor.name, tensor.value);
}

// What cannot be read while a checkpoint is made is no fault of the user's input.
void while_saving(int64_t step, const std::function<void()>& work) {
  try {
    work();
  } catch (const UserError& error) {
    fail_run("step {}: the checkpoint cannot be saved: {}", step, error.what());
  } catch (const fs::filesystem_error& error) {
    fail_run("step {}: the checkpoint cannot be saved: {}: {}", step, error.path1().string(), error.code().message());
  }
}

Json json_of(const TrainState& state) {
  return {{"step", state.step},
          {"num_tokens", state.num_tokens},
          {"loss_sum", state.loss_sum},
          {"loss_count", state.loss_count},
          {"mean_loss", state.mean_loss},
          {"best", {{"step", state.best.step}, {"value", state.best.value}, {"num_worse", state.best.num_worse}}},
          {"line", state.line},
          {"platform", platform_json()}};
}

// States of before have neither "mean_loss" nor what belongs to validations.
TrainState state_of(const Json& json, const std::string& where) {
  TrainState state{json_int(json, "step", where), json_int(json, "num_tokens", where),
                   json_number(json, "loss_sum", where), json_int(json, "loss_count", where)};
  if (json.contains("mean_loss")) state.mean_loss = json_number(json, "mean_loss", where);
  if (json.contains("best")) {
    const Json& best = json.at("best");
    state.best = {json_int(best, "step", where), json_number(best, "value", where), json_int(best, "num_worse", where)};
  }
  if (json.contains("line")) {
    for (const auto& [name, value] : json.at("line").items())
      state.line[name] = json_number(json.at("line"), name, where);
  }
  return state;
}

}  // namespace

double TrainState::take_mean_loss() {
  mean_loss = loss_sum / static_cast<double>(loss_count);
  loss_sum = 0.0;
  loss_count = 0;
  return mean_loss;
}

std::filesystem::path newest_checkpoint(const std::filesystem::path& run_folder) {
  const std::vector<Found> checkpoints = list_checkpoints(run_folder);
  std::string why_not, first_reason;
  for (const Found& found : checkpoints) {
    if (is_whole(found.path, why_not)) {
      if (!first_reason.empty()) log_warn("{}; passed over, going back to {}", first_reason, found.path.string());
      return found.path;
    }
    if (first_reason.empty()) first_reason = fmt::format("{}: {}", found.path.string(), why_not);
  }
  if (checkpoints.empty()) return {};
  fail_input(
      "{}: no checkpoint is whole. {}; expected one that is (put the file back, or move the folder away to begin "
      "anew)",
      run_folder.string(), first_reason);
}

std::vector<std::filesystem::path> newest_checkpoints(const std::filesystem::path& run_folder, int64_t count) {
  std::vector<std::filesystem::path> whole;
  std::string why_not;
  for (const Found& found : list_checkpoints(run_folder)) {
    if (static_cast<int64_t>(whole.size()) == count) break;
    if (is_whole(found.path, why_not)) {
      whole.push_back(found.path);
    } else {
      log_warn("{}: {}; passed over", found.path.string(), why_not);
    }
  }
  if (static_cast<int64_t>(whole.size()) < count) {
    fail_input(
        "{}: has {} whole checkpoints, {} are asked for; train.checkpoint_every and train.keep_checkpoints say "
        "how many a run keeps",
        run_folder.string(), whole.size(), count);
  }
  return whole;
}

void save_checkpoint(const std::filesystem::path& run_folder, const T5Model& model, const Optimizer& optimizer,
                     const TrainState& state, const TokenizerFiles& tokenizer) {
  expect_finite(model, optimizer, state.step);
  while_saving(state.step, [&] {
    const auto path = run_folder / "checkpoints" / (kPrefix + std::to_string(state.step));
    make_folders(path.parent_path());
    if (fs::exists(path)) move_aside(path);  // a damaged one that newest_checkpoint passed over
    create_folder_atomically(path, [&](const std::filesystem::path& folder) {
      save_model(model, folder);
      if (!tokenizer.spiece_model.empty()) write_tokenizer_files(tokenizer, folder);
      make_folders(folder / "train_state");
      save_safetensors(folder / "train_state" / "optimizer.safetensors", optimizer.state());
      write_json(folder / "train_state" / "state.json", json_of(state));
      write_manifest(folder);
    });
    for (const Found& found : list_checkpoints(run_folder)) {
      if (found.step > state.step) move_aside(found.path);  // damaged: the run went on from an older one
    }
  });
}

TrainState load_checkpoint(const std::filesystem::path& checkpoint, const T5Model& model, const Optimizer& optimizer) {
  const at::NoGradGuard no_gradients;
  const T5Model saved = load_checked_model(checkpoint);
  std::map<std::string, at::Tensor> weights, moments;
  for (const Parameter& parameter : saved.parameters()) weights[parameter.name] = parameter.value;
  const auto optimizer_file = checkpoint / "train_state" / "optimizer.safetensors";
  for (const NamedTensor& tensor : load_safetensors(optimizer_file)) moments[tensor.name] = tensor.value;
  const auto copy = [&](const std::map<std::string, at::Tensor>& from, const std::string& name, const at::Tensor& to) {
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
  return state_of(state, where);
}

void prune_checkpoints(const std::filesystem::path& run_folder, int64_t keep, int64_t best,
                       const std::function<bool(int64_t step)>& saves_anyway) {
  int64_t num_kept = 0;
  bool is_newest = true;
  for (const Found& found : list_checkpoints(run_folder)) {
    const bool counts = (!saves_anyway || saves_anyway(found.step)) && num_kept < keep;
    num_kept += counts ? 1 : 0;
    if (!counts && !is_newest && found.step != best) remove_folder(found.path);
    is_newest = false;
  }
}

std::vector<std::filesystem::path> kept_checkpoints(const std::filesystem::path& run_folder) {
  std::vector<std::filesystem::path> kept;
  for (const Found& found : list_checkpoints(run_folder)) kept.insert(kept.begin(), found.path);
  return kept;
}

int64_t step_of_checkpoint(const std::filesystem::path& checkpoint) {
  return std::stoll(checkpoint.filename().string().substr(std::string_view(kPrefix).size()));
}

void link_best_checkpoint(const std::filesystem::path& run_folder, int64_t step) {
  const std::filesystem::path folder = run_folder / "checkpoints", link = folder / "best",
                              target = kPrefix + std::to_string(step);
  while_saving(step, [&] {
    if (!fs::exists(folder / target)) {
      log_warn("{}: the checkpoint of the best step, {}, is gone", link.string(), target.string());
      if (fs::is_symlink(link)) fs::remove(link);
      return;
    }
    if (fs::is_symlink(link) && fs::read_symlink(link) == target) return;
    const std::filesystem::path beside = temporary_beside(link);
    fs::remove(beside);
    fs::create_directory_symlink(target, beside);
    fs::rename(beside, link);
    sync_path(folder);
  });
}

}  // namespace flanmoe
