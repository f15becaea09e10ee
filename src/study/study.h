// The whole study: world, grid, results, report. Kill it and run it again: it goes on where it was.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "study/options.h"

namespace flanmoe {

struct StudyCall {
  std::filesystem::path folder;
  std::string command;  // as typed, for the report
  std::string commit;   // of the sources of this program, for the records
  // Folders of other studies, of which cells that are trained already are taken (study/reuse.h). No part of the study:
  // no number depends on it.
  std::vector<std::filesystem::path> reuse = {};
};

// Runs everything that is not done yet and writes results.json and report.html. Returns the report's path. Throws
// Interrupted after the cells have saved, RunError naming a failed cell and its log.
std::filesystem::path run_study(const StudyOptions& options, const StudyCall& call);

// The cells of the study, done or not, and the time they may take (study/cell_list.h); writes nothing.
Json list_study(const StudyOptions& options, const std::filesystem::path& folder);

// One cell of the study in the call's folder, in this process (what the children do).
void run_study_cell(const StudyCall& call, const std::string& cell_name);

// Timings of every arm, taken alone and in turns, into cost.json.
void run_study_cost(const std::filesystem::path& folder);

}  // namespace flanmoe
