// What a study asks: differences between arms, as its configuration lists them, else the paper's shapes (arXiv
// 2305.14705) as far as the study's arms allow.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "study/options.h"

namespace flanmoe {

// A sum over arms of weight times score: one minus another, a slope, a difference of differences, an arm over the line
// through the dense ones.
struct ComparisonPart {
  std::string label;
  std::map<std::string, double> weights;  // by arm
  std::string measure = "";               // of its own, of a joint comparison; empty = the comparison's
};

struct StudyComparison {
  std::string id, question, measure;
  std::vector<ComparisonPart> parts;
  bool joint = false;    // every part must hold; else the answer is that of their mean
  bool primary = true;   // of the family whose level is held together (docs/statistics.md)
  double margin = 0.0;   // in the measure's unit: less is equal
  std::string expected;  // what the paper's claim says: yes, no, equal; empty = it says nothing
  std::string paper;     // its words or numbers, for the report

  const std::string& measure_of(const ComparisonPart& part) const {
    return part.measure.empty() ? measure : part.measure;
  }
};

// UserError naming the comparison: an arm or measure that is none, with the nearest; weights that do not sum to zero;
// a margin that is not above zero; a line of fewer than two dense arms; a part with a measure of its own where the
// answer is that of a mean; parts in different units; a measure that an arm, or the tasks in `data`, will not have
// (study/measure_ids.h).
std::vector<StudyComparison> resolve_comparisons(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                                 const std::filesystem::path& data = {});

// What is asked, without its parts: the same words in protocol.json and in the verdicts of results.json.
Json comparison_json(const StudyComparison& comparison);

// The arms of `options.line` that are run, at the values at which `arm` stands.
std::vector<const ArmOptions*> dense_line(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                          const ArmOptions& arm);

// The dense arms' scores at the FLOPs per token of `arm`: least squares on a line in log2 of FLOPs, as weights of the
// arms of `line`, which sum to one. Exact for two arms.
std::map<std::string, double> line_weights(const std::vector<const ArmOptions*>& line, const ArmOptions& arm);

}  // namespace flanmoe
