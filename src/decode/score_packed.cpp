#include "decode/score_packed.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "decode/padding.h"
#include "decode/score_parts.h"
#include "model/forward_parts.h"

namespace flanmoe {
namespace {

// Candidates one behind the other, each a segment of its own.
struct PackedTargets {
  std::vector<int32_t> ids, segments;
};

PackedTargets pack(const ScoreRequest& request) {
  PackedTargets packed;
  int32_t segment = 0;
  for (const std::vector<int32_t>& target : request.targets) {
    packed.ids.insert(packed.ids.end(), target.begin(), target.end());
    packed.segments.insert(packed.segments.end(), target.size(), ++segment);
  }
  return packed;
}

size_t num_target_tokens(const ScoreRequest& request) {
  size_t count = 0;
  for (const auto& target : request.targets) count += target.size();
  return count;
}

// The longest range from `begin` whose padded tokens stay within the budget; at least one request.
size_t range_end(const std::vector<ScoreRequest>& requests, const std::vector<size_t>& order, size_t begin,
                 int64_t max_batch_tokens) {
  size_t source_length = 0, target_length = 0, end = begin;
  for (; end < order.size(); ++end) {
    source_length = std::max(source_length, requests[order[end]].source.size());
    target_length = std::max(target_length, num_target_tokens(requests[order[end]]));
    const auto tokens = static_cast<int64_t>((end - begin + 1) * (source_length + target_length));
    if (end > begin && tokens > max_batch_tokens) break;
  }
  return end;
}

// log p of every packed target token, [B, Lt] float32.
at::Tensor packed_log_probabilities(const T5Model& model, const std::vector<std::vector<int32_t>>& sources,
                                    const std::vector<std::vector<int32_t>>& targets,
                                    const std::vector<std::vector<int32_t>>& segments) {
  TokenBatch batch;
  batch.source_ids = pad_ids(sources);
  batch.target_ids = pad_ids(targets);
  batch.target_segments = pad_ids(segments);
  RouterReports reports;
  const at::Tensor memory = encode(model, batch.source_ids, at::Tensor(), {}, reports);
  return target_log_probabilities(output_logits(model, decode_targets(model, batch, memory, {}, reports)),
                                  batch.target_ids);
}

// Where a row or the batch is one group of tokens, candidates of one row would take room from each other.
bool rows_share_capacity(const MoeOptions& moe) {
  return moe.num_experts > 0 && (moe.hugging_face() || moe.eval_group == "batch");
}

}  // namespace

std::vector<std::vector<TargetScore>> score_packed_targets(const T5Model& model,
                                                           const std::vector<ScoreRequest>& requests,
                                                           int64_t max_batch_tokens) {
  if (model.options().decoder_only || rows_share_capacity(model.options().moe))
    return score_targets(model, requests, max_batch_tokens);
  const at::NoGradGuard no_gradients;
  std::vector<std::vector<TargetScore>> scores(requests.size());
  const std::vector<size_t> order = order_by_source_length(requests);
  for (size_t begin = 0; begin < order.size();) {
    const size_t end = range_end(requests, order, begin, max_batch_tokens);
    std::vector<std::vector<int32_t>> sources, targets, segments;
    for (size_t i = begin; i < end; ++i) {
      PackedTargets packed = pack(requests[order[i]]);
      sources.push_back(requests[order[i]].source);
      targets.push_back(std::move(packed.ids));
      segments.push_back(std::move(packed.segments));
    }
    const at::Tensor tokens = packed_log_probabilities(model, sources, targets, segments);
    for (size_t i = begin; i < end; ++i) {
      const float* next = tokens.const_data_ptr<float>() + static_cast<int64_t>(i - begin) * tokens.size(1);
      for (const std::vector<int32_t>& target : requests[order[i]].targets) {
        scores[order[i]].push_back(target_score(next, target.size()));
        next += target.size();
      }
    }
    begin = end;
  }
  return scores;
}

}  // namespace flanmoe
