// Greedy and sampled decoding. Legend: R rows still going, V vocabulary.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "decode/incremental.h"
#include "decode/logit_rules.h"
#include "decode/sampling.h"
#include "decode/search.h"

namespace flanmoe {
namespace {

// One answer on its way.
struct Row {
  Answer answer;
  RandomStream stream;
};

// Logits [V] of the next token of a row, and the logarithm of their exponentials' sum.
struct NextLogits {
  std::span<const float> values;
  float log_sum;
};

int32_t choose_among(std::span<const float> scores, Row& row, const GenerateOptions& options) {
  if (options.temperature > 0.0) return sample_token(scores, options, row.stream);
  float largest = scores[0];
#pragma omp simd reduction(max : largest)
  for (size_t i = 0; i < scores.size(); ++i) largest = std::max(largest, scores[i]);
  return static_cast<int32_t>(std::find(scores.begin(), scores.end(), largest) -
                              scores.begin());  // the lowest of equals
}

int32_t choose(std::span<const float> logits, Row& row, const GenerateOptions& options) {
  if (!has_rules(options)) return choose_among(logits, row, options);
  std::vector<float> scores(logits.begin(), logits.end());
  apply_rules(scores, row.answer.ids, options);
  return choose_among(scores, row, options);
}

// Appends the next token to a row; false when the row ends with it.
bool extend(Row& row, const NextLogits& logits, const GenerateOptions& options, const GenerateHooks& hooks) {
  if (!std::isfinite(logits.log_sum)) fail_run("the model's logits are not finite; expected numbers");
  const int32_t id = choose(logits.values, row, options);
  Answer& answer = row.answer;
  answer.log_probabilities.push_back(logits.values[id] - logits.log_sum);
  answer.log_probability += answer.log_probabilities.back();
  answer.score = answer.log_probability;
  answer.ended = std::find(options.end_tokens.begin(), options.end_tokens.end(), id) != options.end_tokens.end();
  if (answer.ended) return false;
  answer.ids.push_back(id);
  if (hooks.token) hooks.token(id);
  answer.ended = hooks.stops && hooks.stops(answer.ids);
  return !answer.ended && static_cast<int64_t>(answer.log_probabilities.size()) < options.max_new_tokens;
}

// Each source as often as it is to be answered.
DecodeState start_rows(const T5Model& model, const Sources& sources, int64_t num_answers) {
  DecodeState state = start_decoding(model, sources);
  if (num_answers == 1) return state;
  const auto num_sources = static_cast<int64_t>(sources.size());
  return select_rows(state, at::arange(num_sources, at::kLong).repeat_interleave(num_answers));
}

}  // namespace

Answers search_rows(const T5Model& model, const Sources& sources, const GenerateOptions& options,
                    const GenerateHooks& hooks, std::vector<RandomStream> streams) {
  std::vector<Row> rows;
  for (const RandomStream& stream : streams) rows.push_back({{}, stream});
  DecodeState state = start_rows(model, sources, options.num_answers);
  std::vector<size_t> going(rows.size());
  for (size_t i = 0; i < going.size(); ++i) going[i] = i;
  for (;;) {
    const at::Tensor logits = state.logits.to(at::kFloat).contiguous();
    const at::Tensor log_sums = at::logsumexp(logits, {1});
    const int64_t vocab_size = logits.size(1);
    std::vector<int64_t> kept, next_ids;  // kept: indices among the rows of the state
    std::vector<size_t> still_going;
    for (size_t i = 0; i < going.size(); ++i) {
      const float* row_logits = logits.const_data_ptr<float>() + static_cast<int64_t>(i) * vocab_size;
      const NextLogits next{{row_logits, static_cast<size_t>(vocab_size)}, log_sums.const_data_ptr<float>()[i]};
      Row& row = rows[going[i]];
      if (!extend(row, next, options, hooks)) continue;
      kept.push_back(static_cast<int64_t>(i));
      next_ids.push_back(row.answer.ids.back());
      still_going.push_back(going[i]);
    }
    if (kept.empty()) break;
    if (kept.size() < going.size()) state = select_rows(state, at::tensor(kept, at::kLong));
    state = advance(model, std::move(state), at::tensor(next_ids, at::kLong));
    going = still_going;
  }
  Answers answers(sources.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    answers[i / static_cast<size_t>(options.num_answers)].push_back(std::move(rows[i].answer));
  }
  return answers;
}

}  // namespace flanmoe
