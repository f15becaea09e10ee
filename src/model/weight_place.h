// What a weight is and where it stands: what counts, inspect, files, upcycling, optimisers and cuts over ranks
// (model/rank_cut.h) ask, in place of taking names apart.
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

struct WeightPlace {
  WeightPart part = WeightPart::kNorm;
  std::optional<Stack> stack;    // none: the embedding and the head
  std::optional<int64_t> layer;  // none: outside the layers (final norm) and shared by them (relative bias)
  std::string role = "";         // among its part: "self.q", "cross.o", "wi", "wi_0", "wo"; of a norm whose it is

  bool per_expert() const { return part == WeightPart::kExpert; }  // [E, ...]
};

}  // namespace flanmoe
