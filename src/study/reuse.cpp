#include "study/reuse.h"

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>

#include "base/config.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/progress.h"
#include "run/copied_run.h"
#include "run/same_run.h"
#include "tensor/platform.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

void check_other_study(const std::filesystem::path& other, const StudyFolder& folder) {
  const auto fail = [&other](const std::string& what) {
    fail_input("--reuse {}: {}; expected the folder of another study", other.string(), what);
  };
  std::error_code ignored;
  if (!fs::is_directory(other, ignored)) fail("no such folder");
  if (fs::equivalent(other, folder.root, ignored)) fail("this is the folder of the study itself");
  const std::filesystem::path config = StudyFolder{other}.config();
  if (!fs::exists(config, ignored)) fail("it has no config.yaml");
  const ConfigNode node = load_config(config);
  if (!node.is_map() || !node.has("arms")) fail("its config.yaml is not that of a study: it has no 'arms'");
}

// The done cells of a study that have the seed and phase of `key`, the one of its name first.
std::vector<CellKey> done_cells_like(const CellKey& key, const StudyFolder& study) {
  std::vector<CellKey> cells;
  std::error_code ignored;
  for (const auto& arm : fs::directory_iterator(study.root / "cells", ignored)) {
    const CellKey cell{arm.path().filename().string(), key.seed, key.phase};
    if (fs::exists(study.result(cell))) cells.push_back(cell);
  }
  std::sort(cells.begin(), cells.end(), [&key](const CellKey& a, const CellKey& b) {
    return std::pair(a != key, a.arm) < std::pair(b != key, b.arm);
  });
  return cells;
}

// Where a cell's model lies today, wherever the study lay when its path was written.
std::string place_in(const StudyFolder& study, const std::filesystem::path& written) {
  if (written.empty()) return "";
  std::filesystem::path in_cells;
  for (const std::filesystem::path& part : written) in_cells = part == "cells" ? "" : in_cells / part;
  return (study.root / "cells" / in_cells).string();
}

RunDifference difference_of_checkpoints(const std::filesystem::path& run, int64_t steps, int64_t average) {
  const std::vector<std::filesystem::path> kept = kept_checkpoints(run);
  if (step_of_checkpoint(kept.back()) != steps) return {0, "its last checkpoint is gone"};
  if (static_cast<int64_t>(kept.size()) < average)
    return {0, fmt::format("{} of its checkpoints are left, and the last {} are averaged here", kept.size(), average)};
  return {};
}

// Of a done cell of another study to the cell that would be trained here.
RunDifference difference_of_cell(const PlannedRun& run, int64_t average, const CellKey& key, const StudyFolder& study) {
  const std::filesystem::path folder = study.cell(key);
  const CellResult result = read_cell_result(key, study);
  RunOptions kept = kept_run_options(folder);
  kept.init = place_in(study, kept.init);
  if (RunDifference difference = difference_of(run, kept, folder); !difference.what.empty()) return difference;
  if (RunDifference difference = difference_of_checkpoints(folder, result.steps, average); !difference.what.empty())
    return difference;
  const std::string platform = platform_difference(result.platform, platform_json());
  return {0, platform.empty() ? "" : "it was trained on another platform: " + platform};
}

// What is known of the training of another study's cell, which may have taken it from a third.
Json origin_of(const CellKey& key, const StudyFolder& study) {
  const CellResult result = read_cell_result(key, study);
  Json origin = result.reused;
  if (origin.is_null()) {
    origin = {{"study", ""},
              {"cell", ""},
              {"train_seconds", result.train_seconds},
              {"peak_memory_bytes", result.peak_memory_bytes},
              {"commit", result.commit},
              {"binary", result.binary},
              {"platform", result.platform}};
  }
  origin["study"] = study.root.string();
  origin["cell"] = key.name();
  return origin;
}

// A cell of one study that is looked for in others.
class Search {
 public:
  Search(const Cell& cell, const RunOptions& run, int64_t average, const StudyFolder& folder)
      : cell_(cell), folder_(folder.cell(cell.key)), run_(planned_run(run)), average_(average) {}

  // Whether the study has it; then it is copied.
  bool take_from(const StudyFolder& study) const {
    std::optional<RunDifference> nearest;
    for (const CellKey& key : done_cells_like(cell_.key, study)) {
      RunDifference difference;
      try {
        difference = difference_of_cell(run_, average_, key, study);
        if (difference.what.empty()) return take(key, study);
      } catch (const UserError& error) {
        log_warn("{}: cannot be taken from {}: {}", cell_.key.name(), study.cell(key).string(), error.what());
        continue;
      }
      difference.what = fmt::format("'{}': {}", key.name(), difference.what);
      if (!nearest || difference.num_settings < nearest->num_settings) nearest = difference;
    }
    log_info("{}: not taken from {}, {}", cell_.key.name(), study.root.string(),
             nearest ? "whose nearest done cell is " + nearest->what
                     : fmt::format("which has no done cell of seed {} and phase {}", cell_.key.seed,
                                   name_of(cell_.key.phase)));
    return false;
  }

 private:
  bool take(const CellKey& key, const StudyFolder& study) const {
    copy_run(run_, study.cell(key), folder_, origin_of(key, study));
    log_info("{}: taken from {}", cell_.key.name(), study.cell(key).string());
    return true;
  }

  const Cell& cell_;
  std::filesystem::path folder_;
  PlannedRun run_;
  int64_t average_;
};

}  // namespace

void check_other_studies(const std::vector<std::filesystem::path>& others, const StudyFolder& folder) {
  for (const std::filesystem::path& other : others) check_other_study(other, folder);
}

void take_training(const Cell& cell, const RunOptions& run, int64_t average, const StudyFolder& folder,
                   const std::vector<std::filesystem::path>& others) {
  if (others.empty() || cell.key.phase == Phase::kFinetune || !has_room_for_copy(folder.cell(cell.key))) return;
  const Search search(cell, run, average, folder);
  for (const std::filesystem::path& other : others) {
    if (search.take_from({other})) return;
  }
}

Json reused_json(const CellResults& results) {
  std::map<std::string, Json> by_study;
  for (const auto& [key, result] : results) {
    if (result.reused.is_null()) continue;
    const std::string where = key.name() + ": 'reused'", study = json_string(result.reused, "study", where);
    const auto [found, is_new] = by_study.emplace(study, Json{{"study", study}, {"cells", 0}, {"train_seconds", 0.0}});
    Json& row = found->second;
    row["cells"] = row["cells"].get<int64_t>() + 1;
    row["train_seconds"] = row["train_seconds"].get<double>() + json_number(result.reused, "train_seconds", where);
  }
  Json rows = Json::array();
  for (const auto& [study, row] : by_study) rows.push_back(row);
  return rows;
}

void tell_reused(const Json& reused, const std::vector<std::filesystem::path>& others) {
  std::vector<std::filesystem::path> without = others;
  for (const Json& row : reused) {
    const std::string study = row.at("study");
    log_info("{} cells of this study were taken from {}, trained in {}", row.at("cells").get<int64_t>(), study,
             format_duration(row.at("train_seconds").get<double>()));
    std::erase(without, std::filesystem::path(study));
  }
  for (const std::filesystem::path& study : without)
    log_info("no cell of this study was taken from {}; log.txt of a cell that was trained says why", study.string());
}

}  // namespace flanmoe
