// The arithmetic half of the oracle: experts, losses and every gradient (docs/routing.md 1, 8).
#include "moe/oracle.h"

#include <algorithm>
#include <cmath>

#include "moe/oracle_pass.h"

namespace flanmoe::oracle {
namespace {

// tanh approximation of gelu and its slope.
void gelu(double h, double& value, double& slope) {
  const double scale = std::sqrt(2.0 / std::acos(-1.0));
  const double tanh = std::tanh(scale * (h + 0.044715 * h * h * h));
  value = 0.5 * h * (1.0 + tanh);
  slope = 0.5 * (1.0 + tanh) + 0.5 * h * (1.0 - tanh * tanh) * scale * (1.0 + 3.0 * 0.044715 * h * h);
}

// One hidden unit of an expert: its activation and the slopes to both pre-activations.
struct Unit {
  double activation = 0.0, slope = 0.0, slope_1 = 0.0;
};

Unit unit_of(const Layer& layer, const double* x, int64_t row) {
  double h = 0.0, u = 0.0;
  for (int64_t d = 0; d < layer.d_model; ++d) {
    h += layer.wi[row * layer.d_model + d] * x[d];
    if (layer.gated) u += layer.wi_1[row * layer.d_model + d] * x[d];
  }
  if (!layer.gated) return {std::max(h, 0.0), h > 0.0 ? 1.0 : 0.0, 0.0};
  double value = 0.0, slope = 0.0;
  gelu(h, value, slope);
  return {value * u, slope * u, value};
}

// hidden += weight * expert(x), and at once everything that flows back through this pair except into the router:
// returns the gradient of the pair's weight.
double run_pair(Pass& pass, const Pair& pair) {
  const Layer& layer = pass.layer;
  Layer& gradients = pass.out.gradients;
  const int64_t d_model = layer.d_model, row = layer.positions[pair.token] * d_model;
  const double* x = &layer.x[row];
  double d_weight = 0.0;
  for (int64_t f = 0; f < layer.hidden; ++f) {
    const int64_t in = pair.expert * layer.hidden + f;
    const Unit unit = unit_of(layer, x, in);
    double d_activation = 0.0;
    for (int64_t d = 0; d < d_model; ++d) {
      const int64_t at = (pair.expert * d_model + d) * layer.hidden + f;
      const double d_hidden = pass.reading.hidden[row + d];
      pass.out.hidden[row + d] += pair.weight * layer.wo[at] * unit.activation;
      gradients.wo[at] += pair.weight * d_hidden * unit.activation;
      d_activation += pair.weight * d_hidden * layer.wo[at];
      d_weight += d_hidden * layer.wo[at] * unit.activation;
    }
    for (int64_t d = 0; d < d_model; ++d) {
      const int64_t at = in * d_model + d;
      gradients.wi[at] += d_activation * unit.slope * x[d];
      gradients.x[row + d] += d_activation * unit.slope * layer.wi[at];
      if (!layer.gated) continue;
      gradients.wi_1[at] += d_activation * unit.slope_1 * x[d];
      gradients.x[row + d] += d_activation * unit.slope_1 * layer.wi_1[at];
    }
  }
  return d_weight;
}

// weight = p / norm: the pair's own probability, and every member of the norm.
void back_through_weight(Pass& pass, const Pair& pair, double d_weight) {
  const int64_t row = pair.token * pass.layer.num_experts;
  const double norm = pass.norm[pair.token];
  pass.d_probabilities[row + pair.expert] += d_weight / norm;
  for (int64_t member : pass.members[pair.token]) {
    pass.d_probabilities[row + member] -= d_weight * pair.weight / norm;
  }
}

// Both losses are means over the tokens of a group, then over groups. The shares are constants: gradient through P.
void add_losses(Pass& pass) {
  const int64_t num_experts = pass.layer.num_experts;
  const double num_groups = static_cast<double>(pass.layer.groups.size() - 1);
  const int64_t counted = pass.options.aux_counts == BalanceCounts::kTop1 ? 1 : pass.k;
  for (size_t g = 0; g + 1 < pass.layer.groups.size(); ++g) {
    const int64_t begin = pass.layer.groups[g], end = pass.layer.groups[g + 1];
    const double part = 1.0 / (num_groups * static_cast<double>(end - begin));
    Values share(num_experts, 0.0);
    for (int64_t t = begin; t < end && !pass.top.empty(); ++t) {
      for (int64_t r = 0; r < counted; ++r) share[pass.top[t][r]] += 1.0 / static_cast<double>(end - begin);
    }
    const double divisor = pass.options.aux_counts == BalanceCounts::kAllOverK ? static_cast<double>(pass.k) : 1.0;
    for (int64_t t = begin; t < end; ++t) {
      pass.out.z_loss += part * pass.lse[t] * pass.lse[t];
      for (int64_t e = 0; e < num_experts; ++e) {
        const double slope = static_cast<double>(num_experts) * share[e] / divisor * part;
        pass.out.balance_loss += slope * pass.p(t, e);
        pass.d_probabilities[t * num_experts + e] += pass.reading.balance * slope;
        pass.d_logits[t * num_experts + e] += pass.reading.z * part * 2.0 * pass.lse[t] * pass.p(t, e);
      }
    }
  }
}

void back_through_router(Pass& pass) {
  const Layer& layer = pass.layer;
  for (int64_t t = 0; t < pass.num_tokens; ++t) {
    const int64_t row = layer.positions[t] * layer.d_model;
    double mean = 0.0;
    for (int64_t e = 0; e < layer.num_experts; ++e) {
      mean += pass.p(t, e) * pass.d_probabilities[t * layer.num_experts + e];
    }
    for (int64_t e = 0; e < layer.num_experts; ++e) {
      const int64_t at = t * layer.num_experts + e;
      const double d_logit = pass.d_logits[at] + pass.p(t, e) * (pass.d_probabilities[at] - mean);
      for (int64_t d = 0; d < layer.d_model; ++d) {
        pass.out.gradients.router[e * layer.d_model + d] += d_logit * layer.x[row + d];
        pass.out.gradients.x[row + d] += d_logit * layer.router[e * layer.d_model + d];
      }
    }
  }
}

void make_room_for_answers(Pass& pass) {
  const Layer& layer = pass.layer;
  pass.num_tokens = static_cast<int64_t>(layer.positions.size());
  pass.k = pass.options.k;
  pass.out.asked.assign(pass.num_tokens, 0);
  pass.out.counts.num_experts = layer.num_experts;
  pass.out.counts.num_tokens = pass.num_tokens;
  pass.out.counts.routed.assign(layer.num_experts, 0);
  pass.out.counts.kept.assign(layer.num_experts, 0);
  pass.out.hidden.assign(layer.x.size(), 0.0);
  pass.out.gradients.x.assign(layer.x.size(), 0.0);
  pass.out.gradients.router.assign(layer.router.size(), 0.0);
  pass.out.gradients.wi.assign(layer.wi.size(), 0.0);
  pass.out.gradients.wi_1.assign(layer.wi_1.size(), 0.0);
  pass.out.gradients.wo.assign(layer.wo.size(), 0.0);
  pass.d_probabilities.assign(pass.num_tokens * layer.num_experts, 0.0);
  pass.d_logits = pass.d_probabilities;
}

}  // namespace

Answer answer(const Layer& layer, const MoeOptions& options, const MoeCall& call, const Reading& reading) {
  Pass pass{layer, options, call, reading};
  make_room_for_answers(pass);
  run_router(pass);
  if (!call.expert_choice || options.balance_expert_choice) choose_top(pass);
  place(pass);
  weigh(pass);
  for (const Pair& pair : pass.out.kept) back_through_weight(pass, pair, run_pair(pass, pair));
  add_losses(pass);
  back_through_router(pass);
  return pass.out;
}

}  // namespace flanmoe::oracle
