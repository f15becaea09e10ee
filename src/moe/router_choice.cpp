#include "moe/router_choice.h"

#include <ATen/ATen.h>

#include <limits>

#include "base/error.h"
#include "kernels/top_experts.h"
#include "kernels/top_tokens.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

// What a policy says of every token's second choice. Each token draws by its own number.
SecondChoice second_choice(SecondExpert policy, double threshold, const at::Tensor& probabilities, uint64_t noise_key) {
  const int64_t num_tokens = probabilities.size(0);
  const auto draws = [&] { return random_unit(num_tokens, noise_key, probabilities.device()); };
  const auto limit = [&](double share) {
    return at::full({num_tokens}, share, probabilities.options().dtype(at::kDouble));
  };
  switch (policy) {
    case SecondExpert::kAll:
      return {};
    case SecondExpert::kSampling:
      return {draws(), {}};
    case SecondExpert::kRandom:
      return {{}, draws() * threshold};  // used with probability share / threshold
    case SecondExpert::kThreshold:
      return {{}, limit(threshold)};
    case SecondExpert::kNone:
      return {{}, limit(std::numeric_limits<double>::infinity())};
  }
  fail_input("no such policy of the second expert");
}

}  // namespace

bool uses_expert_choice(const MoeOptions& options, bool is_decoder) {
  return options.routing == RoutingRule::kExpertChoice &&
         !(is_decoder && options.decoder_routing == DecoderRouting::kTokenChoice);
}

TokenChoices choose_experts(const at::Tensor& probabilities, const MoeOptions& options, SecondExpert policy,
                            uint64_t noise_key) {
  SecondChoice second;
  if (options.k >= 2) second = second_choice(policy, options.second_threshold, probabilities.detach(), noise_key);
  const TopExperts top = top_experts(probabilities, options.k, second);
  at::Tensor gates = probabilities.gather(1, top.experts);
  // kNormalisedAfterDrop is done to the combine weights, when it is known what was dropped.
  if (options.gate == GateRule::kNormalisedBeforeDrop) gates = gates / (gates.sum(1, true) + kernels::kGateEpsilon);
  return {top.experts, top.asked, gates};
}

at::Tensor choose_tokens(const at::Tensor& probabilities, const GroupBounds& groups, const CapacityRule& rule) {
  return top_tokens(probabilities, groups.tensor, expert_capacities(rule, groups, probabilities.size(1)));
}

}  // namespace flanmoe
