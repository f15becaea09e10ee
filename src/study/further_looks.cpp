#include "study/further_looks.h"

#include <algorithm>

#include "base/error.h"
#include "study/arms.h"
#include "study/comparisons.h"
#include "study/study_file.h"

namespace flanmoe {
namespace {

StudyOptions deciding_study(const StudyOptions& options) {
  try {
    StudyOptions study;
    load_study_options(load_config(study_file(options.decided_by)), study);
    return study;
  } catch (const UserError& error) {
    fail_input("'decided_by' is '{}': {}", printable(options.decided_by), error.what());
  }
}

// At which the first answer of its family is given.
NominalLevels first_levels(const StudyOptions& study) {
  int64_t num_primary = 0;
  const auto arms = resolve_arms(study, study.world.vocab_pieces + study.num_sentinels);
  for (const StudyComparison& comparison : resolve_comparisons(study, arms)) num_primary += comparison.primary ? 1 : 0;
  const LookPlan plan = plan_looks(study.protocol.looks, std::max<int64_t>(1, num_primary), study.protocol.alpha);
  return {plan.difference_levels.back(), plan.equality_levels.back()};
}

// The look that would do, else the last one; the first where nothing is known.
int64_t look_for(const std::optional<int64_t>& needed, bool has_spread, const std::vector<int64_t>& looks) {
  if (!needed) return has_spread ? looks.back() : looks.front();
  const auto enough = std::lower_bound(looks.begin(), looks.end(), *needed);
  return enough == looks.end() ? looks.back() : *enough;
}

std::vector<int64_t> with_more(std::vector<int64_t> seeds, int64_t count) {
  int64_t next = *std::max_element(seeds.begin(), seeds.end()) + 1;
  while (static_cast<int64_t>(seeds.size()) < count) seeds.push_back(next++);
  seeds.resize(static_cast<size_t>(count));
  return seeds;
}

std::string needed_text(const std::optional<int64_t>& needed, bool has_spread, const std::vector<int64_t>& looks) {
  if (!has_spread) return "one seed tells no spread";
  const std::string seen = "were difference and spread those seen here";
  std::string text = needed ? fmt::format("about {} seeds would decide it, {} (power 80%)", *needed, seen)
                            : fmt::format("not even {} seeds would decide it, {}", kMostSeeds, seen);
  if (looks.empty()) return text + "; no look is left";
  if (needed.value_or(kMostSeeds + 1) > looks.back())
    text += fmt::format("; not even the last look would, of {} seeds", looks.back());
  return text;
}

}  // namespace

FurtherLooks further_looks(const StudyOptions& options) {
  FurtherLooks further{"", {}, options.seeds, {}};
  for (const int64_t look : options.protocol.looks) {
    if (look > static_cast<int64_t>(options.seeds.size())) further.looks.push_back(look);
  }
  if (!further.looks.empty() || options.decided_by.empty()) return further;
  const StudyOptions study = deciding_study(options);
  return {options.decided_by, study.protocol.looks, study.seeds, first_levels(study)};
}

void check_decided_by(const StudyOptions& options) {
  if (!options.decided_by.empty()) deciding_study(options);
}

Json next_json(const Judgement& judgement, double margin, const FurtherLooks& further) {
  const NominalLevels own{judgement.difference_level, judgement.equality_level};
  const bool has_spread = judgement.parts.front().num_seeds > 1;
  const std::optional<int64_t> needed = seeds_to_decide(judgement.parts, margin, further.levels.value_or(own));
  Json json = {{"needed", needed ? Json(*needed) : Json()},
               {"text", needed_text(needed, has_spread, further.looks)},
               {"study", further.study},
               {"seeds", Json::array()}};
  if (!further.looks.empty()) json["seeds"] = with_more(further.seeds, look_for(needed, has_spread, further.looks));
  return json;
}

}  // namespace flanmoe
