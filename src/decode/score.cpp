#include "decode/score.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "model/forward.h"
#include "model/forward_parts.h"
#include "tensor/batch.h"

namespace flanmoe {
namespace {

// The requests of one batch (a range of `order`) and its padded size.
struct RequestRange {
  size_t begin, end;
};

// The longest range from `begin` whose padded tokens stay within the budget; at least one request.
RequestRange next_range(const std::vector<ScoreRequest>& requests, const std::vector<size_t>& order, size_t begin,
                        int64_t max_batch_tokens) {
  size_t source_length = 0, target_length = 0, num_targets = 0, end = begin;
  for (; end < order.size(); ++end) {
    const ScoreRequest& request = requests[order[end]];
    source_length = std::max(source_length, request.source.size());
    for (const auto& target : request.targets) target_length = std::max(target_length, target.size());
    num_targets += request.targets.size();
    const auto tokens = static_cast<int64_t>(num_targets * (source_length + target_length));
    if (end > begin && tokens > max_batch_tokens) break;
  }
  return {begin, end};
}

// log softmax(logits)[target] at every position, [B, Lt] float32 on the CPU.
at::Tensor log_probabilities(const at::Tensor& logits, const at::Tensor& target_ids) {
  return at::log_softmax(logits.to(at::kFloat), -1).gather(2, target_ids.unsqueeze(2)).squeeze(2).cpu().contiguous();
}

TargetScore score_of(const float* log_probabilities, size_t num_tokens) {
  TargetScore score{0.0, static_cast<int64_t>(num_tokens), {log_probabilities, log_probabilities + num_tokens}};
  for (const float value : score.tokens) score.log_probability += value;
  return score;
}

void expect_finite(const TargetScore& score, const std::string& name, size_t number) {
  if (std::isfinite(score.log_probability)) return;
  fail_run("{}: the log-probability of answer {} is {}, expected a finite number; the model's weights are not sound",
           name.empty() ? "a scored prompt" : name, number, score.log_probability);
}

// As while decoding, no expert of a causal stack is full: with a limit a later token could take the room of an earlier
// one's second choice, and the product of the tokens' probabilities would be that of no answer. Hugging Face's rule
// keeps its limit, as transformers scores labels.
ForwardOptions in_causal_stack(const ModelOptions& options) {
  ForwardOptions call;
  if (!options.moe.hugging_face()) call.capacity = NoLimit{};
  return call;
}

// Logits of every (source, target) pair of the range: the encoder runs once per source.
at::Tensor range_logits(const T5Model& model, const std::vector<std::vector<int32_t>>& sources,
                        const std::vector<int64_t>& source_of_target, TokenBatch& batch) {
  const at::Tensor source_ids = pad_ids(sources).to(model.device());
  const at::Tensor source_index = at::tensor(source_of_target, at::kLong).to(model.device());
  batch.source_ids = source_ids.index_select(0, source_index);
  const ForwardOptions causal = in_causal_stack(model.options());
  if (model.options().decoder_only) return forward(model, batch, causal).logits;
  RouterReports reports;
  const at::Tensor memory = encode(model, source_ids, at::Tensor(), {}, reports).index_select(0, source_index);
  return output_logits(model, decode_targets(model, batch, memory, causal, reports));
}

}  // namespace

std::vector<std::vector<TargetScore>> score_targets(const T5Model& model, const std::vector<ScoreRequest>& requests,
                                                    int64_t max_batch_tokens,
                                                    const std::function<void()>& before_batch) {
  const at::NoGradGuard no_gradients;
  std::vector<std::vector<TargetScore>> scores(requests.size());
  std::vector<size_t> lengths;
  for (const ScoreRequest& request : requests) lengths.push_back(request.source.size());
  const std::vector<size_t> order = order_by_length(lengths);
  for (size_t begin = 0; begin < order.size();) {
    if (before_batch) before_batch();
    const RequestRange range = next_range(requests, order, begin, max_batch_tokens);
    std::vector<std::vector<int32_t>> sources, targets;
    std::vector<int64_t> source_of_target;
    for (size_t i = range.begin; i < range.end; ++i) {
      const ScoreRequest& request = requests[order[i]];
      source_of_target.insert(source_of_target.end(), request.targets.size(), static_cast<int64_t>(sources.size()));
      sources.push_back(request.source);
      targets.insert(targets.end(), request.targets.begin(), request.targets.end());
    }
    begin = range.end;
    if (targets.empty()) continue;
    TokenBatch batch;
    batch.target_ids = pad_ids(targets).to(model.device());
    const at::Tensor tokens =
        log_probabilities(range_logits(model, sources, source_of_target, batch), batch.target_ids);
    for (size_t t = 0; t < targets.size(); ++t) {
      const float* row = tokens.const_data_ptr<float>() + static_cast<int64_t>(t) * tokens.size(1);
      const size_t asked = order[range.begin + source_of_target[t]];
      scores[asked].push_back(score_of(row, targets[t].size()));
      expect_finite(scores[asked].back(), requests[asked].name, scores[asked].size());
    }
  }
  return scores;
}

}  // namespace flanmoe
