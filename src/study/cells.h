// The cells of a study, one per (arm, seed, phase), with what must be there before each; study/grid.h runs them. Arms
// of a grid that differ only in later phases share the cells of the earlier ones.
#pragma once

#include <fmt/format.h>
#include <compare>
#include <cstdint>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "run/options.h"
#include "study/options.h"

namespace flanmoe {

struct CellKey {
  std::string arm;  // ArmOptions::cells of the phase, or its direct_cells
  int64_t seed = 1;
  Phase phase = Phase::kPretrain;
  std::string set = "";     // finetune: name of the set
  bool instructed = false;  // finetune: after instruction tuning?

  // "switch/seed-1/instruct", "switch/seed-1/finetune-SET-direct": also its folder under cells/.
  std::string name() const;
  auto operator<=>(const CellKey&) const = default;
};

// The cells of an arm.
CellKey cell_of(const ArmOptions& arm, int64_t seed, Phase phase);
CellKey finetune_cell_of(const ArmOptions& arm, int64_t seed, const std::string& set, bool instructed);
// The first arm that has this cell: all that share it have one recipe up to its phase.
const ArmOptions& arm_of_cell(const std::vector<ArmOptions>& arms, const CellKey& key);

// The name of a finetune set: its task file's.
std::string set_name(const std::string& task_file);

struct Cell {
  CellKey key;
  // The cell whose model this one starts from, a pre-training with experts copied; none = fresh weights.
  std::optional<CellKey> after;
};

// In an order in which every cell comes after the one it needs.
std::vector<Cell> study_cells(const StudyOptions& options, const std::vector<ArmOptions>& arms);

// In a run's folder: the mean of its last checkpoints, where its phase averages.
inline constexpr const char* kAveragedFolder = "averaged";
// In a cell's folder: how the names of its runs at several learning rates begin.
inline constexpr const char* kRateFolder = "rate-";

struct StudyFolder {
  std::filesystem::path root;
  std::filesystem::path config() const { return root / "config.yaml"; }
  // Of all seeds, or of one (world_by_seed).
  std::filesystem::path world() const { return root / "world"; }
  std::filesystem::path world(int64_t seed) const { return root / "worlds" / ("seed-" + std::to_string(seed)); }
  std::filesystem::path cell(const CellKey& key) const { return root / "cells" / key.name(); }
  std::filesystem::path result(const CellKey& key) const { return cell(key) / "result.json"; }  // there = done
  std::filesystem::path averaged(const CellKey& key) const { return cell(key) / kAveragedFolder; }
  // The run at one of several learning rates (StudyOptions::finetune_rates).
  std::filesystem::path at_rate(const CellKey& key, double rate) const {
    return cell(key) / fmt::format("{}{}", kRateFolder, rate);
  }
  // The dense model with experts that the pre-training of an upcycled arm begins with.
  std::filesystem::path upcycled(const CellKey& key) const { return cell(key) / "upcycled"; }
  std::filesystem::path cost() const { return root / "cost.json"; }
};

// {data} of the study's runs with that seed: their world, or the real data folder.
std::filesystem::path data_folder(const StudyOptions& options, const StudyFolder& folder, int64_t seed);

// The world that runs with that seed read.
WorldOptions world_options_of(const StudyOptions& options, int64_t seed);

// The model that a trained cell hands on: the mean of its last checkpoints where it has one, else the last. RunError
// when there is none.
std::filesystem::path finished_model(const StudyFolder& folder, const CellKey& key);

// The configuration of a cell's training run, as `flanmoe train` would take it.
RunOptions run_options_of(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Cell& cell,
                          const StudyFolder& folder);

}  // namespace flanmoe
