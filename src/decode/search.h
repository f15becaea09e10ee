// The two ways to search for answers, for one batch of sources.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "decode/answer.h"
#include "decode/options.h"
#include "model/decoding_weights.h"

namespace flanmoe {

using Sources = std::vector<std::vector<int32_t>>;
using Answers = std::vector<std::vector<Answer>>;  // per source

// The most probable token after the other, or samples; streams [sources * num_answers], read when sampling.
Answers search_rows(const DecodingWeights& weights, const Sources& sources, const GenerateOptions& options,
                    const GenerateHooks& hooks, std::vector<RandomStream> streams);

Answers search_beams(const DecodingWeights& weights, const Sources& sources, const GenerateOptions& options,
                     const GenerateHooks& hooks);

}  // namespace flanmoe
