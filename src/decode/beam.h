// Beam search of one prompt, as transformers 4.57 does it, step by step and without a model. Legend: N beams,
// V vocabulary.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "decode/answer.h"
#include "decode/options.h"

namespace flanmoe {

// An answer on its way. `answer.log_probability` sums in float32; `score` is that sum for an open one, the ranking
// score for one that ended.
struct Beam {
  Answer answer;
  float score = 0.0f;
  bool filled = false;  // of ended beams: an answer is here
};

struct BeamState {
  std::vector<Beam> open;   // [N] by falling score
  std::vector<Beam> ended;  // [N] by falling score; places without an answer rank last
  bool improvable = true;   // an open beam may still beat the worst ended one
  bool done = false;
};

// Of ended beams: whether an answer is here that the rules and the start of the search allow.
bool is_answer(const Beam& beam);

BeamState start_beams(const GenerateOptions& options);

// One token more. log_probabilities [N * V] belong to the open beams, rules applied: -infinity is what they forbid, and
// no beam that holds it ends as an answer. parents [N]: the beam that each new open beam goes on from.
struct BeamStep {
  BeamState state;
  std::vector<int64_t> parents;
};
BeamStep step_beams(const BeamState& state, const float* log_probabilities, int64_t vocab_size,
                    const GenerateOptions& options, const GenerateHooks& hooks);

}  // namespace flanmoe
