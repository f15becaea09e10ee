// Sampling one token. Legend: V vocabulary.
#pragma once

#include <cstdint>
#include <span>

#include "base/random.h"
#include "decode/options.h"

namespace flanmoe {

// An id drawn from softmax(logits [V] / temperature), cut to the top_k largest, then to the smallest set of mass top_p,
// then to tokens of at least min_p times the largest probability; ties to the lowest id.
int32_t sample_token(std::span<const float> logits, const GenerateOptions& options, RandomStream& stream);

}  // namespace flanmoe
