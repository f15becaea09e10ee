// Greedy and sampled decoding. Legend: R rows still going, V vocabulary.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "decode/incremental.h"
#include "decode/logit_rules.h"
#include "decode/sampling.h"
#include "decode/search.h"
#include "model/forward_parts.h"

namespace flanmoe {
namespace {

// One answer on its way.
struct Row {
  Answer answer;
  RandomStream stream;
};

// The next token of a row and the natural logarithm of its probability.
struct NextToken {
  int32_t id;
  float log_probability;
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
  if (!any_allowed(scores)) fail_all_forbidden(row.answer.ids.size(), options);
  return choose_among(scores, row, options);
}

// The most probable next token of a row that is alone, without the other tokens' logits; none when they are needed.
std::optional<NextToken> choose_alone(const DecodingWeights& weights, const DecodeState& state, const Row& row,
                                      const GenerateOptions& options, const GenerateHooks& hooks) {
  const bool greedy = options.temperature == 0.0 && only_forbids(options);
  if (!greedy || !hooks.ids_only || state.hidden.size(0) != 1) return std::nullopt;
  const auto id = best_token(weights, state.hidden[0], forbidden_tokens(row.answer.ids, options));
  if (!id) return std::nullopt;
  return NextToken{static_cast<int32_t>(*id), 0.0f};
}

// The next tokens of the rows still going, which are those of the state.
std::vector<NextToken> choose_next(const DecodingWeights& weights, const DecodeState& state, std::vector<Row>& rows,
                                   const std::vector<size_t>& going, const GenerateOptions& options,
                                   const GenerateHooks& hooks) {
  if (const auto alone = choose_alone(weights, state, rows[going[0]], options, hooks)) return {*alone};
  const at::Tensor logits = next_logits(weights, state).to(at::kCPU, at::kFloat).contiguous();
  const at::Tensor log_sums = at::logsumexp(logits, {1});
  const auto vocab_size = static_cast<size_t>(logits.size(1));
  std::vector<NextToken> next;
  for (size_t i = 0; i < going.size(); ++i) {
    const std::span<const float> of_row(logits.const_data_ptr<float>() + i * vocab_size, vocab_size);
    const float log_sum = log_sums.const_data_ptr<float>()[i];
    if (!std::isfinite(log_sum)) fail_run("the model's logits are not finite; expected numbers");
    const int32_t id = choose(of_row, rows[going[i]], options);
    next.push_back({id, of_row[id] - log_sum});
  }
  return next;
}

// Appends the next token to a row; false when the row ends with it.
bool extend(Row& row, const NextToken& next, const GenerateOptions& options, const GenerateHooks& hooks) {
  const int32_t id = next.id;
  Answer& answer = row.answer;
  if (!hooks.ids_only) {
    answer.log_probabilities.push_back(next.log_probability);
    answer.log_probability += next.log_probability;
  }
  answer.score = answer.log_probability;
  answer.ended = std::find(options.end_tokens.begin(), options.end_tokens.end(), id) != options.end_tokens.end();
  if (answer.ended) return false;
  answer.ids.push_back(id);
  if (hooks.token) hooks.token(id);
  answer.ended = hooks.stops && hooks.stops(answer.ids);
  return !answer.ended && static_cast<int64_t>(answer.ids.size()) < options.max_new_tokens;
}

// Each source as often as it is to be answered.
DecodeState start_rows(const DecodingWeights& weights, const Sources& sources, int64_t num_answers) {
  DecodeState state = start_decoding(weights, sources);
  if (num_answers == 1) return state;
  const auto num_sources = static_cast<int64_t>(sources.size());
  return select_rows(state, at::arange(num_sources, at::kLong).repeat_interleave(num_answers));
}

}  // namespace

Answers search_rows(const DecodingWeights& weights, const Sources& sources, const GenerateOptions& options,
                    const GenerateHooks& hooks, std::vector<RandomStream> streams) {
  std::vector<Row> rows;
  for (const RandomStream& stream : streams) rows.push_back({{}, stream});
  DecodeState state = start_rows(weights, sources, options.num_answers);
  std::vector<size_t> going(rows.size());
  for (size_t i = 0; i < going.size(); ++i) going[i] = i;
  for (;;) {
    if (hooks.before_step) hooks.before_step();
    const std::vector<NextToken> next = choose_next(weights, state, rows, going, options, hooks);
    std::vector<int64_t> kept, next_ids;  // kept: indices among the rows of the state
    std::vector<size_t> still_going;
    for (size_t i = 0; i < going.size(); ++i) {
      Row& row = rows[going[i]];
      if (!extend(row, next[i], options, hooks)) continue;
      kept.push_back(static_cast<int64_t>(i));
      next_ids.push_back(row.answer.ids.back());
      still_going.push_back(going[i]);
    }
    if (kept.empty()) break;
    if (kept.size() < going.size()) state = select_rows(state, at::tensor(kept, at::kLong));
    state = advance(weights, std::move(state), at::tensor(next_ids, at::kLong));
    going = still_going;
  }
  Answers answers(sources.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    answers[i / static_cast<size_t>(options.num_answers)].push_back(std::move(rows[i].answer));
  }
  return answers;
}

}  // namespace flanmoe
