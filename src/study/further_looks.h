// Where a question goes on that a study leaves undecided: with more seeds, or in another study.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "study/options.h"
#include "study/statistics/judge.h"
#include "study/statistics/power.h"

namespace flanmoe {

struct FurtherLooks {
  std::string study;                    // StudyOptions::decided_by; empty = this one
  std::vector<int64_t> looks;           // those that are to come, in seeds; none = there is no way on
  std::vector<int64_t> seeds;           // that the study begins with, or has
  std::optional<NominalLevels> levels;  // of that study's first answer; none = those that the question was tested at
};

// This study's looks beyond its seeds; where there are none, those of the study that it leaves its questions to.
FurtherLooks further_looks(const StudyOptions& options);

// UserError where `decided_by` is no study, or one that cannot be read.
void check_decided_by(const StudyOptions& options);

// Of an undecided question (docs/results.md: verdicts, next).
Json next_json(const Judgement& judgement, double margin, const FurtherLooks& further);

}  // namespace flanmoe
