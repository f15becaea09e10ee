// Sparse upcycling: a dense model becomes a sparse one (docs/routing.md 13). Legend: E experts.
#pragma once

#include <cstdint>

#include "model/t5.h"

namespace flanmoe {

// Every expert of a sparse layer starts as the dense feed-forward of that layer, each weight moved by a normal draw of
// `noise` times the standard deviation of its tensor; routers are new, and so is ST-MoE's extra feed-forward, whose
// output projection is zero, so that it says nothing yet. All else is the dense model's. UserError when `dense` is
// sparse already or `moe` does not fit its layers.
T5Model upcycle(const T5Model& dense, const MoeOptions& moe, double noise, uint64_t seed);

}  // namespace flanmoe
