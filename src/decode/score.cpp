#include "decode/score.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <numeric>

#include "decode/padding.h"

namespace flanmoe {
namespace {

// One (source, target) pair and where its score goes.
struct Pair {
  size_t request, candidate;
  int64_t source_length, target_length;
};

// Pairs of a request stay together; requests of like length share a batch, so that little is padding.
std::vector<Pair> sorted_pairs(const std::vector<ScoreRequest>& requests) {
  std::vector<size_t> order(requests.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return requests[a].source.size() < requests[b].source.size(); });
  std::vector<Pair> pairs;
  for (size_t request : order) {
    for (size_t c = 0; c < requests[request].targets.size(); ++c) {
      pairs.push_back({request, c, static_cast<int64_t>(requests[request].source.size()),
                       static_cast<int64_t>(requests[request].targets[c].size())});
    }
  }
  return pairs;
}

// End of the batch that begins at `begin`: padded tokens stay within the budget; at least one pair.
size_t batch_end(const std::vector<Pair>& pairs, size_t begin, int64_t max_batch_tokens) {
  int64_t source_length = 0, target_length = 0;
  size_t end = begin;
  for (; end < pairs.size(); ++end) {
    source_length = std::max(source_length, pairs[end].source_length);
    target_length = std::max(target_length, pairs[end].target_length);
    const auto rows = static_cast<int64_t>(end - begin + 1);
    if (end > begin && rows * (source_length + target_length) > max_batch_tokens) break;
  }
  return end;
}

TokenBatch batch_of(const std::vector<ScoreRequest>& requests, const std::vector<Pair>& pairs, size_t begin, size_t end) {
  std::vector<std::vector<int32_t>> sources, targets;
  for (size_t i = begin; i < end; ++i) {
    sources.push_back(requests[pairs[i].request].source);
    targets.push_back(requests[pairs[i].request].targets[pairs[i].candidate]);
  }
  TokenBatch batch;
  batch.source_ids = pad_ids(sources);
  batch.target_ids = pad_ids(targets);
  return batch;
}

// Sum over real target tokens of log softmax(logits)[target], [B] double.
at::Tensor log_probabilities(const at::Tensor& logits, const at::Tensor& target_ids) {
  const at::Tensor tokens = at::log_softmax(logits.to(at::kFloat), -1).gather(2, target_ids.unsqueeze(2)).squeeze(2);
  return tokens.to(at::kDouble).masked_fill(target_ids == 0, 0.0).sum(1);
}

}  // namespace

std::vector<std::vector<TargetScore>> score_targets(const T5Model& model, const std::vector<ScoreRequest>& requests,
                                                    int64_t max_batch_tokens) {
  const at::NoGradGuard no_gradients;
  std::vector<std::vector<TargetScore>> scores;
  for (const ScoreRequest& request : requests) scores.emplace_back(request.targets.size());
  const std::vector<Pair> pairs = sorted_pairs(requests);
  for (size_t begin = 0; begin < pairs.size();) {
    const size_t end = batch_end(pairs, begin, max_batch_tokens);
    const TokenBatch batch = batch_of(requests, pairs, begin, end);
    const at::Tensor sums = log_probabilities(forward(model, batch, {}).logits, batch.target_ids);
    const double* sum = sums.const_data_ptr<double>();
    for (size_t i = begin; i < end; ++i) scores[pairs[i].request][pairs[i].candidate] = {sum[i - begin], pairs[i].target_length};
    begin = end;
  }
  return scores;
}

}  // namespace flanmoe
