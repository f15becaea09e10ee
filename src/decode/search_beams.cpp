// Beam search of a batch: every going prompt has num_beams rows in the decoding state. Legend: P prompts still going,
// N beams, V vocabulary.
#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"
#include "decode/beam.h"
#include "decode/incremental.h"
#include "decode/logit_rules.h"
#include "decode/search.h"

namespace flanmoe {
namespace {

// Log-probabilities [P * N, V] of the next token of every open beam, rules applied.
at::Tensor ruled_log_probabilities(const at::Tensor& logits, const std::vector<size_t>& going,
                                   const std::vector<BeamState>& beams, const GenerateOptions& options) {
  at::Tensor scores = at::log_softmax(logits.to(at::kCPU, at::kFloat), 1).contiguous();
  if (!scores.isfinite().all().item<bool>()) fail_run("the model's logits are not finite; expected numbers");
  if (!has_rules(options)) return scores;
  const auto vocab_size = static_cast<size_t>(scores.size(1));
  float* row = scores.mutable_data_ptr<float>();
  for (const size_t prompt : going) {
    for (const Beam& beam : beams[prompt].open) {
      apply_rules({row, vocab_size}, beam.answer.ids, options);
      row += vocab_size;
    }
  }
  return scores;
}

// The rows and next tokens of the open beams of one prompt whose beams stood at row `first`.
void append_open(const BeamStep& step, int64_t first, std::vector<int64_t>& rows, std::vector<int64_t>& ids) {
  for (size_t i = 0; i < step.parents.size(); ++i) {
    const Answer& answer = step.state.open[i].answer;
    rows.push_back(first + step.parents[i]);
    ids.push_back(answer.ids.empty() ? 0 : answer.ids.back());  // a beam out of the race may have ended at once
  }
}

// UserError when the rules let fewer beams end than there should be answers.
std::vector<Answer> best_answers(const BeamState& beams, const GenerateOptions& options) {
  const auto wanted = static_cast<size_t>(options.num_answers);
  std::vector<Answer> answers;
  for (const Beam& beam : beams.ended) {
    if (is_answer(beam) && answers.size() < wanted) answers.push_back(beam.answer);
  }
  if (answers.size() < wanted) fail_all_forbidden(beams.open[0].answer.log_probabilities.size() - 1, options);
  return answers;
}

}  // namespace

Answers search_beams(const DecodingWeights& weights, const Sources& sources, const GenerateOptions& options,
                     const GenerateHooks& hooks) {
  const auto num_prompts = static_cast<int64_t>(sources.size()), num_beams = options.num_beams;
  std::vector<BeamState> beams(sources.size(), start_beams(options));
  std::vector<size_t> going(sources.size());
  for (size_t i = 0; i < going.size(); ++i) going[i] = i;
  DecodeState state = start_decoding(weights, sources);
  state = select_rows(state, at::arange(num_prompts, at::kLong).repeat_interleave(num_beams));
  while (!going.empty()) {
    if (hooks.before_step) hooks.before_step();
    const at::Tensor scores = ruled_log_probabilities(next_logits(weights, state), going, beams, options);
    std::vector<int64_t> rows, ids;
    std::vector<size_t> still_going;
    for (size_t i = 0; i < going.size(); ++i) {
      const int64_t first = static_cast<int64_t>(i) * num_beams;
      const float* of_prompt = scores.const_data_ptr<float>() + first * scores.size(1);
      BeamStep step = step_beams(beams[going[i]], of_prompt, scores.size(1), options, hooks);
      if (!step.state.done) {
        append_open(step, first, rows, ids);
        still_going.push_back(going[i]);
      }
      beams[going[i]] = std::move(step.state);
    }
    going = still_going;
    if (going.empty()) break;
    state = advance(weights, select_rows(state, at::tensor(rows, at::kLong)), at::tensor(ids, at::kLong));
  }
  Answers answers;
  for (const BeamState& state_of_prompt : beams) answers.push_back(best_answers(state_of_prompt, options));
  return answers;
}

}  // namespace flanmoe
