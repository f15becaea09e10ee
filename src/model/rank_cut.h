// How each weight can be cut over ranks: whole experts (expert parallelism), and whole heads, hidden units or words of
// the vocabulary (tensor parallelism; Megatron-LM, arXiv 1909.08053, section 3). For whoever cuts models; nobody does
// yet.
#pragma once

#include <cstdint>
#include <optional>

#include "model/options.h"
#include "model/weight_place.h"

namespace flanmoe {

// Along `dim`, in equal pieces that each stay whole: a number of ranks divides `num_pieces`.
struct RankCut {
  int64_t dim = 0;
  int64_t num_pieces = 1;
  bool is_summed = false;  // a rank's part gives one term of the result: a sum over ranks stands behind it
};

// None: the weight is whole on every rank.
std::optional<RankCut> expert_cut(const WeightPlace& place, const ModelOptions& options);
// Of the embedding a rank looks up its own words and adds zeros for those of others. The relative bias has a column a
// head and is cut with the heads. An expert is cut like any feed-forward, behind its first dim.
std::optional<RankCut> tensor_cut(const WeightPlace& place, const ModelOptions& options);

}  // namespace flanmoe
