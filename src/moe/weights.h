// The weights of a sparse layer. Legend: E experts, D model, F hidden.
#pragma once

#include "tensor/linear.h"

namespace flanmoe {

struct MoeWeights {
  Linear router;       // [E, D]
  GroupedLinear wi;    // [E, F, D]; with wi_1 the gelu branch
  GroupedLinear wi_1;  // [E, F, D], undefined when not gated
  GroupedLinear wo;    // [E, D, F]
};

}  // namespace flanmoe
