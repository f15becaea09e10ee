// The weights of a sparse layer. Legend: E experts, D model, F hidden.
#pragma once

#include <ATen/core/Tensor.h>

namespace flanmoe {

struct MoeWeights {
  at::Tensor router;  // [E, D]
  at::Tensor wi;      // [E, F, D]; with wi_1 the gelu branch
  at::Tensor wi_1;    // [E, F, D], undefined when not gated
  at::Tensor wo;      // [E, D, F]
};

}  // namespace flanmoe
