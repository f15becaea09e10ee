#include "decode/beam.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flanmoe {
namespace {

constexpr float kOut = -1e9f;                                          // added to what may not be chosen
constexpr float kForbidden = -std::numeric_limits<float>::infinity();  // what the rules forbid, and what follows it

struct Candidate {
  float score;  // sum of log-probabilities
  int64_t beam, id;
};

bool ranks_before(const Candidate& a, const Candidate& b) { return a.score > b.score; }

// The `count` best continuations by falling score; ties to the lower beam, then the lower id.
std::vector<Candidate> best_candidates(const BeamState& state, const float* log_probabilities, int64_t vocab_size,
                                       size_t count) {
  std::vector<Candidate> best;
  for (size_t beam = 0; beam < state.open.size(); ++beam) {
    const float* row = log_probabilities + static_cast<int64_t>(beam) * vocab_size;
    for (int64_t id = 0; id < vocab_size; ++id) {
      const Candidate candidate{row[id] + state.open[beam].score, static_cast<int64_t>(beam), id};
      if (best.size() == count && !(candidate.score > best.back().score)) continue;
      if (best.size() == count) best.pop_back();
      best.insert(std::upper_bound(best.begin(), best.end(), candidate, ranks_before), candidate);
    }
  }
  return best;
}

// The parent with one token more. Its end token is not among the ids.
Beam extended(const Beam& parent, const Candidate& candidate, float log_probability, const GenerateOptions& options,
              const GenerateHooks& hooks) {
  Beam beam = parent;
  const bool is_end =
      std::find(options.end_tokens.begin(), options.end_tokens.end(), candidate.id) != options.end_tokens.end();
  if (!is_end) beam.answer.ids.push_back(static_cast<int32_t>(candidate.id));
  beam.answer.log_probabilities.push_back(log_probability);
  beam.answer.ended = is_end || (hooks.stops && hooks.stops(beam.answer.ids));
  beam.score = candidate.score;
  return beam;
}

struct Continuation {
  Beam beam;
  int64_t parent;
};

Beam ended_beam(Beam beam, float length_factor) {
  beam.answer.log_probability = beam.score;
  beam.score /= length_factor;
  beam.answer.score = beam.score;
  beam.filled = true;
  return beam;
}

float length_factor(size_t length, double penalty) {
  return static_cast<float>(std::pow(static_cast<double>(length), penalty));
}

bool all_filled(const std::vector<Beam>& beams) {
  return std::all_of(beams.begin(), beams.end(), [](const Beam& beam) { return beam.filled; });
}

// Could the best open beam, at the length that counts, still beat the worst ended one?
bool may_improve(const BeamState& state, size_t length, const GenerateOptions& options) {
  if (!all_filled(state.ended)) return true;
  const bool longest_is_best = options.early_stopping == EarlyStopping::kNever && options.length_penalty > 0.0;
  const size_t counted = longest_is_best ? static_cast<size_t>(options.max_new_tokens) : length;
  return state.open[0].score / length_factor(counted, options.length_penalty) > state.ended.back().score;
}

}  // namespace

bool is_answer(const Beam& beam) { return beam.filled && beam.answer.log_probability > kOut / 2; }

BeamState start_beams(const GenerateOptions& options) {
  BeamState state;
  state.open.resize(options.num_beams);
  for (size_t i = 1; i < state.open.size(); ++i) state.open[i].score = kOut;  // all begin alike: one is enough
  state.ended.resize(options.num_beams);
  for (Beam& beam : state.ended) beam.score = kOut;
  return state;
}

BeamStep step_beams(const BeamState& state, const float* log_probabilities, int64_t vocab_size,
                    const GenerateOptions& options, const GenerateHooks& hooks) {
  const size_t num_beams = state.open.size(), length = state.open[0].answer.log_probabilities.size() + 1;
  const size_t count = std::max<size_t>(2, 1 + options.end_tokens.size()) * num_beams;  // enough of them stay open
  const bool last = static_cast<int64_t>(length) == options.max_new_tokens;
  const bool takes_ended =
      state.improvable && !(options.early_stopping == EarlyStopping::kYes && all_filled(state.ended));
  std::vector<Continuation> continuations;
  BeamStep step{state, {}};
  for (const Candidate& candidate : best_candidates(state, log_probabilities, vocab_size, count)) {
    const float log_probability = log_probabilities[candidate.beam * vocab_size + candidate.id];
    Beam beam = extended(state.open[candidate.beam], candidate, log_probability, options, hooks);
    if (beam.answer.ended || last) {
      if (takes_ended && continuations.size() < num_beams && candidate.score != kForbidden) {
        step.state.ended.push_back(ended_beam(beam, length_factor(length, options.length_penalty)));
      }
      beam.score += kOut;
    }
    continuations.push_back({std::move(beam), candidate.beam});
  }
  std::stable_sort(step.state.ended.begin(), step.state.ended.end(),
                   [](const Beam& a, const Beam& b) { return a.score > b.score; });
  step.state.ended.resize(num_beams);
  std::stable_sort(continuations.begin(), continuations.end(),
                   [](const Continuation& a, const Continuation& b) { return a.beam.score > b.beam.score; });
  step.state.open.clear();
  for (size_t i = 0; i < num_beams; ++i) {
    step.state.open.push_back(std::move(continuations[i].beam));
    step.parents.push_back(continuations[i].parent);
  }
  step.state.improvable = state.improvable && may_improve(step.state, length, options);
  const bool full = options.early_stopping == EarlyStopping::kYes && all_filled(step.state.ended);
  const bool dead = step.state.open[0].score == kForbidden;  // every continuation of every beam is forbidden
  step.state.done = last || full || dead || !step.state.improvable;
  return step;
}

}  // namespace flanmoe
