#include "model/rank_cut.h"

#include "base/error.h"

namespace flanmoe {

std::optional<RankCut> expert_cut(const WeightPlace& place, const ModelOptions& options) {
  if (!place.per_expert()) return {};
  return RankCut{0, options.moe.num_experts, false};
}

std::optional<RankCut> tensor_cut(const WeightPlace& place, const ModelOptions& options) {
  const bool is_last = place.role.ends_with("o");  // o and wo, back to d_model
  switch (place.part) {
    case WeightPart::kEmbedding:
      return RankCut{0, options.vocab_size, true};
    case WeightPart::kHead:
      return RankCut{0, options.vocab_size, false};
    case WeightPart::kAttention:
      return RankCut{is_last ? 1 : 0, options.num_heads, is_last};
    case WeightPart::kRelativeBias:
      return RankCut{1, options.num_heads, false};
    case WeightPart::kFeedForward:
    case WeightPart::kExtraFeedForward:
      return RankCut{is_last ? 1 : 0, options.d_ff, is_last};
    case WeightPart::kExpert:
      return RankCut{is_last ? 2 : 1, options.d_ff, is_last};
    case WeightPart::kRouter:
    case WeightPart::kNorm:
      return {};
  }
  fail_input("no such part of a model");
}

}  // namespace flanmoe
