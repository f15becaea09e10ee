// Generation with a KV cache: greedy, sampled, or by beam search.
#pragma once

#include <cstdint>
#include <vector>

#include "decode/answer.h"
#include "decode/options.h"
#include "model/decoding_weights.h"

namespace flanmoe {

// options.num_answers answers per source (each ending with eos), the best first. Sources of like length are decoded
// together, finished rows leave the batch, and the answers to a source do not depend on the others
// (but in an encoder whose eval_group is the batch, where all sources compete for room). A sample comes from
// a stream of its own, keyed by the seed, the source, and how often the same source came before. UserError when a
// source is empty, longer than allowed, or holds an id that the model does not have.
std::vector<std::vector<Answer>> generate_answers(const DecodingWeights& weights,
                                                  const std::vector<std::vector<int32_t>>& sources,
                                                  const GenerateOptions& options, const GenerateHooks& hooks = {});

// The ids of the best answer to each source.
std::vector<std::vector<int32_t>> generate(const DecodingWeights& weights,
                                           const std::vector<std::vector<int32_t>>& sources,
                                           const GenerateOptions& options);

}  // namespace flanmoe
