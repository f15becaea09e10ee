// Where the tokens of one prompt and its answer went. Legend: Ls source length, Lt answer length, K kept experts.
#pragma once

#include <cstdint>
#include <vector>

#include "model/t5.h"
#include "moe/statistics.h"

namespace flanmoe {

// Per sparse layer, encoder first: experts and weights [1, Ls or Lt, K], as while generating: the encoder with its
// room, the decoder without limit. Position t of the decoder read answer[t - 1], the first one the start token, and
// predicted answer[t]. A decoder-only model has one stack, source and answer in it (a start token first).
std::vector<MoeTokens> trace_routing(const T5Model& model, const std::vector<int32_t>& source,
                                     const std::vector<int32_t>& answer);

}  // namespace flanmoe
