// The grid of a study: one cell per (arm, seed, phase), with what must be there before it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "study/options.h"
#include "study/run.h"

namespace flanmoe {

struct Cell {
  std::string name;  // "switch/seed-1/instruct": also its folder under cells/
  std::string arm;
  int64_t seed = 1;
  Phase phase = Phase::kPretrain;
  std::string set;          // finetune: name of the set
  bool instructed = false;  // finetune: after instruction tuning?
  std::string after;        // name of the cell whose model this one starts from, "" = fresh weights
};

// In an order in which every cell comes after the one it needs.
std::vector<Cell> study_cells(const StudyOptions& options, const std::vector<ArmOptions>& arms);

struct StudyFolder {
  std::filesystem::path root;
  std::filesystem::path config() const { return root / "config.yaml"; }
  std::filesystem::path world() const { return root / "world"; }
  std::filesystem::path cell(const std::string& name) const { return root / "cells" / name; }
  std::filesystem::path result(const std::string& name) const {
    return cell(name) / "result.json";
  }  // its presence: the cell is done
  std::filesystem::path cost() const { return root / "cost.json"; }
};

// {data} of the study: its world, or the real data folder.
std::filesystem::path data_folder(const StudyOptions& options, const StudyFolder& folder);

// The configuration of a cell's training run, as `flanmoe train` would take it.
RunOptions cell_run(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Cell& cell,
                    const StudyFolder& folder);

}  // namespace flanmoe
