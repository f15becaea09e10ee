#include "study/cost.h"

#include "analysis/timing.h"
#include "base/error.h"
#include "base/signals.h"
#include "moe/experts.h"
#include "run/source.h"
#include "run/tokenizer.h"
#include "tensor/device.h"

namespace flanmoe {
namespace {

struct TimedArm {
  std::string name;
  TimedExperts experts;
  ModelTimer timer;

  void time_round(const TokenBatch& batch) {
    std::optional<PlainExperts> plain;
    if (experts == TimedExperts::kLoop) plain.emplace();
    timer.time_round(batch);
  }
};

}  // namespace

Json measure_cost(const StudyOptions& options, const std::vector<ArmOptions>& arms, const StudyFolder& folder) {
  const Cell cell{cell_of(arms.front(), options.seeds.front(), Phase::kPretrain), {}};
  const RunOptions run = run_options_of(options, arms, cell, folder);
  const auto source = make_source(run, open_tokenizer(run));
  const auto seed = static_cast<uint64_t>(run.seed);
  std::vector<TimedArm> timed;
  for (const ArmOptions& arm : arms)
    timed.push_back({arm.name, arm.timed_experts,
                     ModelTimer(T5Model(arm.recipe.model, seed).to(chosen_device()), arm.recipe.pretrain, seed)});
  const StopSignals signals;
  for (int64_t round = 0; round < options.cost_steps + ModelTimer::kWarmupRounds; ++round) {
    leave_if_asked("stopped while timing the arms");
    const TokenBatch batch = source->batch(static_cast<uint64_t>(round));
    for (TimedArm& arm : timed) arm.time_round(batch);
  }
  Json rows = Json::array();
  for (const TimedArm& arm : timed) {
    Json row = {{"arm", arm.name}};
    row.update(arm.timer.rates());
    rows.push_back(row);
  }
  return {{"arms", rows}};
}

const Json& cost_of_arm(const Json& cost, const std::string& arm, const std::string& where) {
  for (const Json& row : json_at(cost, "arms", where)) {
    if (json_string(row, "arm", where) == arm) return row;
  }
  fail_run("{} has no arm '{}'", where, arm);
}

}  // namespace flanmoe
