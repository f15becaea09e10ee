// Which weights a run leaves as they are (TrainOptions::freeze): parts of the model and patterns of names.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/names.h"
#include "model/options.h"
#include "model/weight_place.h"

namespace flanmoe {

// gate, experts, dense_ffn and rest are all of a model, each weight in one of them; moe is the first two, as the paper
// freezes "MoE": the norm in front of a sparse feed-forward is of the rest. ST-MoE's extra feed-forward is a dense one.
enum class FrozenPart { kGate, kExperts, kMoe, kDenseFeedForward, kRest };
constexpr std::array<Named<FrozenPart>, 5> names_of(FrozenPart) {
  return {{{FrozenPart::kGate, "gate"},
           {FrozenPart::kExperts, "experts"},
           {FrozenPart::kMoe, "moe"},
           {FrozenPart::kDenseFeedForward, "dense_ffn"},
           {FrozenPart::kRest, "rest"}}};
}
bool holds(FrozenPart part, WeightPart weight);

// Of each of a model's parameters, in their order, whether it is frozen. An entry that is no part is a pattern (* and
// ?) of Hugging Face names; it takes all experts of a tensor or none. UserError: an entry that holds nothing of this
// model (naming the nearest), a part that it does not have, nothing left to train.
std::vector<bool> frozen_weights(const std::vector<std::string>& freeze, const ModelOptions& model);

// "12345 of 67890 parameters are frozen (gate, experts)".
std::string describe_frozen(const std::vector<std::string>& freeze, const ModelOptions& model);

}  // namespace flanmoe
