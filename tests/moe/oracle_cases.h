// Small random MoE layers for the oracle: odd sizes, padding between real tokens, groups of random sizes, exact ties,
// one expert taking all. Every case is drawn from its own stream, so a failing one can be run alone.
#pragma once

#include <map>
#include <string>

#include "moe/oracle.h"

namespace flanmoe::oracle {

struct Case {
  std::string name;  // routing, index and sizes
  int64_t num_positions = 0;
  Layer layer;
  MoeOptions options;
  MoeCall call;
  Reading reading;
};

// `routing`: switch | gshard | st_moe | expert_choice | hugging_face. Inputs are multiples of 2^-8 small enough that
// logits are exact in float32 and float64 in any order of summation: an exact tie is one in both implementations.
Case random_case(const std::string& routing, int64_t index);

// The situations that a set of cases went through: name -> cases.
using Tally = std::map<std::string, int64_t>;
void count_situations(const Case& c, const Answer& answer, Tally& tally);

}  // namespace flanmoe::oracle
