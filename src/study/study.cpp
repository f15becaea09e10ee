#include "study/study.h"

#include <algorithm>

#include "base/config_paths.h"
#include "base/error.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/signals.h"
#include "data/task_paths.h"
#include "data/world/world.h"
#include "report/report.h"
#include "report/way_on.h"
#include "run/config_copy.h"
#include "run/tokenizer.h"
#include "study/arms.h"
#include "study/cell_list.h"
#include "study/cell_run.h"
#include "study/comparisons.h"
#include "study/cost.h"
#include "study/cost_order.h"
#include "study/done_cells.h"
#include "study/evaluations.h"
#include "study/further_looks.h"
#include "study/grid.h"
#include "study/processes.h"
#include "study/protocol_file.h"
#include "study/results.h"
#include "study/reuse.h"

namespace flanmoe {
namespace {

StudyOptions options_of(const StudyFolder& folder) {
  StudyOptions options;
  load_study_options(load_config(folder.config()), options);
  return options;
}

void keep_world(WorldOptions options, const std::filesystem::path& folder) {
  if (fs::exists(folder)) return require_world(folder);
  log_info("writing the world of seed {} into {}", options.seed, folder.string());
  make_world(options, folder);
}

void keep_worlds(const StudyOptions& options, const StudyFolder& folder) {
  if (options.kind != DataKind::kWorld) return;
  for (const int64_t seed : options.seeds) {
    leave_if_asked("stopped while writing worlds; the same command goes on from here");
    const std::filesystem::path world = data_folder(options, folder, seed);
    make_folders(world.parent_path());
    keep_world(world_options_of(options, seed), world);
  }
}

// The seeds of the study in the folder; those asked for where it holds none, which keep_config tells.
std::vector<int64_t> seeds_before(const StudyOptions& asked, const StudyFolder& folder) {
  try {
    return options_of(folder).seeds;
  } catch (const UserError&) {
    return asked.seeds;
  }
}

// Seeds may be appended to a study; its other settings stay.
void keep_study_config(const StudyOptions& options, const StudyFolder& folder) {
  const auto keep = [&folder](const StudyOptions& kept) {
    keep_config(dump_options(kept), folder.root, "study",
                [&](const std::filesystem::path&) { return dump_options(options_of(folder)); });
  };
  if (!fs::exists(folder.config())) return keep(options);
  StudyOptions without_new_seeds = options;
  const std::vector<int64_t> before = seeds_before(options, folder);
  const bool appended =
      before.size() < options.seeds.size() && std::equal(before.begin(), before.end(), options.seeds.begin());
  if (appended) without_new_seeds.seeds = before;
  keep(without_new_seeds);
  if (!appended) return;
  log_info("{} seeds appended to the {} of this study", options.seeds.size() - before.size(), before.size());
  write_atomically(folder.config(), dump_options(options));
}

std::vector<ArmOptions> arms_of(const StudyOptions& options, const StudyFolder& folder) {
  RunOptions run;
  run.data = data_folder(options, folder, options.seeds.front()).string();
  run.tokenizer = options.tokenizer;
  run.num_sentinels = options.num_sentinels;
  return resolve_arms(options, open_tokenizer(run).vocab_size());
}

// The files that the study names must be there; those of a world that is not written yet cannot be looked at.
void check_files(const StudyOptions& options, const StudyFolder& folder) {
  const std::filesystem::path data = data_folder(options, folder, options.seeds.front());
  const std::vector<std::pair<const char*, std::vector<std::string>>> lists = {
      {"corpus.files", options.recipe.corpus.files},
      {"corpus.first_files", options.recipe.corpus.first_files},
      {"mixture.tasks", options.recipe.mixture.tasks},
      {"finetune_sets", options.finetune_sets},
      {"heldout.tasks", options.heldout.tasks},
      {"validation.tasks", options.validation.tasks},
      {"curve.tasks", options.curve.tasks}};
  for (const auto& [key, paths] : lists) {
    for (const std::string& path : paths) {
      const std::filesystem::path file = resolve_path(path, data);
      if (path.starts_with("{data}") && !fs::exists(data)) continue;
      if (!fs::exists(file)) fail_input("'{}' names '{}', but there is no {}", key, path, file.string());
    }
  }
}

// Before anything is written: a study that cannot run leaves no folder behind. Its arms, with the vocabulary that its
// world will have where there is none yet.
std::vector<ArmOptions> check_study(const StudyOptions& options, const StudyFolder& folder) {
  check_files(options, folder);
  const std::filesystem::path data = data_folder(options, folder, options.seeds.front());
  const bool has_data = options.kind == DataKind::kReal || fs::exists(data);
  std::vector<ArmOptions> arms =
      has_data ? arms_of(options, folder) : resolve_arms(options, options.world.vocab_pieces + options.num_sentinels);
  check_evaluations(options, arms, data);
  check_cost_order(options, arms);
  check_decided_by(options);
  resolve_comparisons(options, arms, data);
  return arms;
}

void keep_cost(const StudyOptions& options, const StudyFolder& folder) {
  if (options.cost_steps == 0 || fs::exists(folder.cost())) return;
  log_info("timing the arms in turns");
  const pid_t pid = start_process({"study", "--out", folder.root.string(), "--cost"}, folder.root / "cost-log.txt", 1);
  const StopSignals signals;
  EndedProcess ended{0, 0};
  while (ended.pid != pid) {
    if (pending_signal() != 0) {
      stop_processes({pid});
      throw Interrupted(pending_signal(),
                        "stopped while timing the arms, all cells are done; the same command goes on from here");
    }
    ended = wait_process(200);
  }
  if (ended.status != 0) fail_run("timing the arms failed; its log is {}", (folder.root / "cost-log.txt").string());
}

// An arm may be written for others to be widened to, or left out by a parent's list without its author's knowing.
void tell_arms_left_out(const StudyOptions& options) {
  std::vector<std::string> left;
  for (const auto& [name, node] : options.arms.items()) {
    const std::vector<std::string>& only = options.arms_only;
    if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) left.push_back(name);
  }
  if (!left.empty()) log_info("arms that 'arms_only' leaves out: {}", fmt::join(left, ", "));
}

}  // namespace

std::filesystem::path run_study(const StudyOptions& options, const StudyCall& call) {
  const StudyFolder folder{absolute_path(call.folder.string())};
  check_study(options, folder);
  check_other_studies(call.reuse, folder);
  make_folders(folder.root);
  const FileLock lock(
      folder.root / kLockFile,
      fmt::format("{}: another study is running in this folder; wait for it, stop it, or choose another --out",
                  folder.root.string()));
  keep_study_config(options, folder);
  tell_arms_left_out(options);
  remove_leftovers(folder.root);
  keep_worlds(options, folder);
  check_files(options, folder);
  const std::vector<ArmOptions> arms = arms_of(options, folder);
  const std::filesystem::path data = data_folder(options, folder, options.seeds.front());
  check_evaluations(options, arms, data);
  keep_protocol(options, resolve_comparisons(options, arms, data), folder, call.commit);
  const std::vector<Cell> cells = study_cells(options, arms);
  check_done_cells(cells, folder);
  run_grid(cells, folder, options.jobs, call.reuse);
  keep_cost(options, folder);
  const Json results = study_results(options, arms, cells, folder, call);
  tell_reused(results.at("timing").at("reused"), call.reuse);
  write_json(folder.root / "results.json", results);
  write_report(folder.root / "results.json", folder.root / "report.html");
  for (const std::string& line : lines_on(results)) log_info("{}", line);
  return folder.root / "report.html";
}

Json list_study(const StudyOptions& options, const std::filesystem::path& root) {
  const StudyFolder folder{absolute_path(root.string())};
  const std::vector<ArmOptions> arms = check_study(options, folder);
  return cell_list_json(options, arms, study_cells(options, arms), folder);
}

void run_study_cell(const StudyCall& call, const std::string& cell_name) {
  const StudyFolder folder{absolute_path(call.folder.string())};
  const StudyOptions options = options_of(folder);
  const std::vector<ArmOptions> arms = arms_of(options, folder);
  for (const Cell& cell : study_cells(options, arms)) {
    if (cell.key.name() == cell_name) return run_cell(options, arms, cell, folder, call);
  }
  fail_input("{}: no cell '{}' in this study", call.folder.string(), cell_name);
}

void run_study_cost(const std::filesystem::path& root) {
  const StudyFolder folder{absolute_path(root.string())};
  const StudyOptions options = options_of(folder);
  write_json(folder.cost(), measure_cost(options, arms_of(options, folder), folder));
}

}  // namespace flanmoe
