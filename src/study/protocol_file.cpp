#include "study/protocol_file.h"

#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace flanmoe {
namespace {

// So that the last bits of a logarithm on another processor are no other protocol.
std::map<std::string, double> rounded(std::map<std::string, double> weights) {
  for (auto& [arm, weight] : weights) weight = std::round(weight * 1e9) / 1e9;
  return weights;
}

Json question_json(const StudyComparison& comparison) {
  Json parts = Json::array();
  for (const ComparisonPart& part : comparison.parts) {
    parts.push_back({{"label", part.label}, {"weights", rounded(part.weights)}});
    if (!part.measure.empty()) parts.back()["measure"] = part.measure;
  }
  Json json = comparison_json(comparison);
  json["parts"] = parts;
  return json;
}

Json fixed_json(const StudyOptions& options, const std::vector<StudyComparison>& comparisons) {
  Json questions = Json::array();
  for (const StudyComparison& comparison : comparisons) questions.push_back(question_json(comparison));
  Json data = {{"kind", name_of(options.kind)}};
  if (options.kind == DataKind::kWorld)
    data.update({{"world_seed", options.world.seed}, {"world_by_seed", options.world_by_seed}});
  return {
      {"looks", options.protocol.looks}, {"alpha", options.protocol.alpha}, {"data", data}, {"questions", questions}};
}

// The first place at which two values differ: "/questions/0/margin: 2.0 there, 1.0 now".
std::string first_difference(const Json& there, const Json& now) {
  const Json changes = Json::diff(there, now);
  const std::string place = changes.at(0).at("path");
  const Json::json_pointer pointer(place);
  const auto value = [&](const Json& json) { return json.contains(pointer) ? json.at(pointer).dump() : "nothing"; };
  return fmt::format("{}: {} there, {} now", place, value(there), value(now));
}

}  // namespace

void keep_protocol(const StudyOptions& options, const std::vector<StudyComparison>& comparisons,
                   const StudyFolder& folder, const std::string& commit) {
  const std::filesystem::path file = folder.root / "protocol.json";
  const Json fixed = fixed_json(options, comparisons);
  if (!fs::exists(file)) {
    write_json(file, {{"fixed", fixed}, {"commit", commit}});
    return;
  }
  const Json there = json_at(read_json(file), "fixed", file.string());
  if (there == fixed) return;
  fail_input(
      "{}: the runs of this study were begun under another protocol: {}. Choose another folder, or judge them with the "
      "program that began them",
      file.string(), first_difference(there, fixed));
}

}  // namespace flanmoe
