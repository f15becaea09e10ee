#include "moe/routing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace flanmoe {
namespace {

constexpr double kGateEpsilon = 1e-9;  // Mesh TensorFlow's guard in the normalised gate

// Rows of a [T, E] tensor as doubles on the CPU, so that choices do not depend on the dtype of the caller.
std::vector<double> to_rows(const at::Tensor& x) {
  const at::Tensor values = x.detach().to(at::kCPU, at::kDouble).contiguous();
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

// The k largest of row[0..num_experts), largest first, ties to the lowest index.
void pick_top(const double* row, int64_t num_experts, int64_t k, int64_t* top) {
  for (int64_t rank = 0; rank < k; ++rank) {
    int64_t best = kNoExpert;
    for (int64_t e = 0; e < num_experts; ++e) {
      const bool taken = std::find(top, top + rank, e) != top + rank;
      if (!taken && (best == kNoExpert || row[e] > row[best])) best = e;
    }
    top[rank] = best;
  }
}

// An expert drawn from the probabilities without `first`, by a number of [0, 1).
int64_t sample_second(const double* row, int64_t num_experts, int64_t first, double drawn) {
  double total = 0.0;
  for (int64_t e = 0; e < num_experts; ++e) total += e == first ? 0.0 : row[e];
  double left = drawn * total;
  int64_t last = kNoExpert;
  for (int64_t e = 0; e < num_experts; ++e) {
    if (e == first) continue;
    last = e;
    left -= row[e];
    if (left < 0.0) break;
  }
  return last;
}

// Is the second expert used? `gate` is its normalised weight p2 / (p1 + p2), whatever gate the layer combines with;
// `drawn` a number of [0, 1).
bool keeps_second(SecondExpert policy, double gate, double threshold, double drawn) {
  switch (policy) {
    case SecondExpert::kNone:
      return false;
    case SecondExpert::kThreshold:
      return gate > threshold;
    case SecondExpert::kRandom:
      return gate > drawn * threshold;
    case SecondExpert::kAll:
    case SecondExpert::kSampling:
      return true;
  }
  return true;
}

at::Tensor gates_of(const at::Tensor& probabilities, const std::vector<int64_t>& top, const MoeOptions& options) {
  const int64_t num_tokens = probabilities.size(0);
  const at::Tensor index = at::tensor(top, at::kLong).view({num_tokens, options.k}).to(probabilities.device());
  const at::Tensor chosen = probabilities.gather(1, index);
  if (options.gate != GateRule::kNormalisedBeforeDrop)
    return chosen;  // after_drop normalises in the plan's combine weights
  return chosen / (chosen.sum(1, true) + kGateEpsilon);
}

}  // namespace

bool uses_expert_choice(const MoeOptions& options, bool is_decoder) {
  return options.routing == RoutingRule::kExpertChoice &&
         !(is_decoder && options.decoder_routing == DecoderRouting::kTokenChoice);
}

TokenChoices choose_experts(const at::Tensor& probabilities, const MoeOptions& options, SecondExpert policy,
                            uint64_t noise_key) {
  const int64_t num_tokens = probabilities.size(0), num_experts = probabilities.size(1), k = options.k;
  const std::vector<double> rows = to_rows(probabilities);
  TokenChoices choices{num_tokens, k, std::vector<int64_t>(num_tokens * k), {}, {}};
  const auto drawn = [noise_key](int64_t t) { return unit_interval(random_word(noise_key, static_cast<uint64_t>(t))); };
  for (int64_t t = 0; t < num_tokens; ++t) {
    const double* row = rows.data() + t * num_experts;
    int64_t* top = choices.top.data() + t * k;
    pick_top(row, num_experts, k, top);
    if (k >= 2 && policy == SecondExpert::kSampling) top[1] = sample_second(row, num_experts, top[0], drawn(t));
  }
  choices.experts = choices.top;
  for (int64_t t = 0; k >= 2 && t < num_tokens; ++t) {
    const double first = rows[t * num_experts + choices.top[t * k]],
                 second = rows[t * num_experts + choices.top[t * k + 1]];
    const double gate = second / (first + second + kGateEpsilon);
    if (!keeps_second(policy, gate, options.second_threshold, drawn(t))) choices.experts[t * k + 1] = kNoExpert;
  }
  choices.gates = gates_of(probabilities, choices.top, options);
  return choices;
}

ExpertChoices choose_tokens(const at::Tensor& probabilities, const GroupBounds& groups, const CapacityRule& rule) {
  const int64_t num_experts = probabilities.size(1);
  const std::vector<double> rows = to_rows(probabilities);
  ExpertChoices choices;
  for (size_t g = 0; g + 1 < groups.size(); ++g) {
    const int64_t begin = groups[g], size = groups[g + 1] - begin;
    const int64_t capacity = expert_capacity(rule, size, num_experts);
    choices.group_capacity.push_back(capacity);
    std::vector<int64_t> order(size);
    for (int64_t e = 0; e < num_experts; ++e) {
      std::iota(order.begin(), order.end(), begin);
      const auto larger = [&](int64_t a, int64_t b) {
        const double pa = rows[a * num_experts + e], pb = rows[b * num_experts + e];
        return pa != pb ? pa > pb : a < b;
      };
      std::partial_sort(order.begin(), order.begin() + capacity, order.end(), larger);
      choices.tokens.insert(choices.tokens.end(), order.begin(), order.begin() + capacity);
      choices.experts.insert(choices.experts.end(), capacity, e);
    }
  }
  return choices;
}

}  // namespace flanmoe
