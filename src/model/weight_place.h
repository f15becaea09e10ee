// What a weight is, where it stands, and how it may be cut: what counts, inspect, upcycling and the optimisers ask, in
// place of taking names apart. Cuts are what tensor parallelism will ask (nobody does yet).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "moe/stack.h"

namespace flanmoe {

enum class WeightPart {
  kEmbedding,
  kAttention,
  kRelativeBias,
  kFeedForward,
  kExtraFeedForward,  // ST-MoE's dense one after a sparse one
  kExpert,
  kRouter,
  kNorm,
  kHead
};

// Over the ranks of a tensor-parallel group (a matrix is [outputs, inputs], an expert's [E, outputs, inputs]): a cut by
// outputs needs no exchange in front, one by inputs is summed behind.
enum class WeightCut { kWhole, kOutputs, kInputs };

struct WeightPlace {
  WeightPart part = WeightPart::kNorm;
  std::optional<Stack> stack;    // none: the embedding and the head
  std::optional<int64_t> layer;  // none: outside the layers (final norm) and shared by them (relative bias)
  std::string role = "";         // among its part: "q", "wi", "wi_0", "wo", "self", "cross"
  WeightCut cut = WeightCut::kWhole;

  bool per_expert() const { return part == WeightPart::kExpert; }  // [E, ...]: expert parallelism cuts the first dim
};

}  // namespace flanmoe
