// The routing half of the oracle: router, choices, places, weights (docs/routing.md 1-7).
#include <algorithm>
#include <cmath>

#include "moe/oracle_pass.h"

namespace flanmoe::oracle {
namespace {

constexpr double kGateEpsilon = 1e-9;

void note_comparison(Answer& out, double larger, double smaller) {
  if (larger == smaller) {
    ++out.num_ties;
  } else {
    out.smallest_gap = std::min(out.smallest_gap, std::abs(larger - smaller));
  }
}

// Indices by falling value, the lowest index first among equals.
std::vector<int64_t> falling(const Values& values) {
  std::vector<int64_t> order;
  std::vector<bool> taken(values.size(), false);
  for (size_t rank = 0; rank < values.size(); ++rank) {
    int64_t best = -1;
    for (size_t i = 0; i < values.size(); ++i) {
      if (!taken[i] && (best < 0 || values[i] > values[best])) best = static_cast<int64_t>(i);
    }
    taken[best] = true;
    order.push_back(best);
  }
  return order;
}

double round_half_even(double value) {
  const double below = std::floor(value), rest = value - below;
  if (rest != 0.5) return rest < 0.5 ? below : below + 1;
  return std::fmod(below, 2.0) == 0.0 ? below : below + 1;
}

double sum_of_top(const Pass& pass, int64_t token) {
  double sum = 0.0;
  for (int64_t expert : pass.top[token]) sum += pass.p(token, expert);
  return sum;
}

// The policy looks at the pre-drop normalised gate, whatever the gate of the weights is (routing 5.3).
bool asks(Pass& pass, int64_t token, int64_t rank) {
  SecondExpert policy = pass.call.training ? pass.options.second_train : pass.options.second_eval;
  if (rank == 0 || policy == SecondExpert::kAll) return true;
  if (policy == SecondExpert::kNone) return false;
  const double gate = pass.p(token, pass.top[token][rank]) / (sum_of_top(pass, token) + kGateEpsilon);
  note_comparison(pass.out, gate, pass.options.second_threshold);
  return gate > pass.options.second_threshold;
}

// The tokens of a group in the order in which they are served.
std::vector<int64_t> serving_order(Pass& pass, int64_t begin, int64_t end) {
  std::vector<int64_t> tokens;
  Values importance;
  for (int64_t t = begin; t < end; ++t) {
    tokens.push_back(t);
    importance.push_back(pass.p(t, pass.top[t][0]));
  }
  if (pass.options.priority == RoomPriority::kPosition) return tokens;
  std::vector<int64_t> order = falling(importance);
  for (size_t i = 0; i + 1 < order.size(); ++i) {
    note_comparison(pass.out, importance[order[i]], importance[order[i + 1]]);
  }
  for (int64_t& index : order) index += begin;
  return order;
}

void keep(Pass& pass, int64_t token, int64_t expert) {
  pass.out.kept.push_back({token, expert, 0.0});
  ++pass.out.counts.kept[expert];
}

void ask(Pass& pass, int64_t expert) {
  ++pass.out.counts.num_choices;
  ++pass.out.counts.routed[expert];
}

// A pair's place in its expert's queue counts everybody before it, the refused too; it is kept while below capacity.
void place_token_choice(Pass& pass, int64_t begin, int64_t end, int64_t capacity) {
  const std::vector<int64_t> order = serving_order(pass, begin, end);
  std::vector<int64_t> queue(pass.layer.num_experts, 0);
  for (int64_t r = 0; r < pass.k; ++r) {
    for (int64_t t : order) {
      if (!asks(pass, t, r)) continue;
      const int64_t expert = pass.top[t][r];
      ++pass.out.asked[t];
      ask(pass, expert);
      if (queue[expert]++ < capacity) keep(pass, t, expert);
    }
  }
}

void place_expert_choice(Pass& pass, int64_t begin, int64_t end, int64_t capacity) {
  for (int64_t e = 0; e < pass.layer.num_experts; ++e) {
    Values column;
    for (int64_t t = begin; t < end; ++t) column.push_back(pass.p(t, e));
    const std::vector<int64_t> order = falling(column);
    for (int64_t r = 0; r < capacity; ++r) {
      ask(pass, e);
      keep(pass, begin + order[r], e);
    }
    if (capacity < end - begin) note_comparison(pass.out, column[order[capacity - 1]], column[order[capacity]]);
  }
}

}  // namespace

void run_router(Pass& pass) {
  const Layer& layer = pass.layer;
  for (int64_t t = 0; t < pass.num_tokens; ++t) {
    const double* x = &layer.x[layer.positions[t] * layer.d_model];
    Values logits(layer.num_experts, 0.0);
    for (int64_t e = 0; e < layer.num_experts; ++e) {
      for (int64_t d = 0; d < layer.d_model; ++d) logits[e] += x[d] * layer.router[e * layer.d_model + d];
    }
    const double largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0.0;
    for (double logit : logits) sum += std::exp(logit - largest);
    pass.lse.push_back(largest + std::log(sum));
    double confidence = 0.0;
    for (double logit : logits) {
      const double p = std::exp(logit - largest) / sum;
      pass.out.probabilities.push_back(p);
      confidence = std::max(confidence, p);
      if (p > 0.0) pass.out.counts.entropy_sum -= p * std::log(p);
    }
    pass.out.counts.confidence_sum += confidence;
  }
}

void choose_top(Pass& pass) {
  for (int64_t t = 0; t < pass.num_tokens; ++t) {
    Values row;
    for (int64_t e = 0; e < pass.layer.num_experts; ++e) row.push_back(pass.p(t, e));
    std::vector<int64_t> order = falling(row);
    for (int64_t r = 0; r < pass.k && r + 1 < pass.layer.num_experts; ++r) {
      note_comparison(pass.out, row[order[r]], row[order[r + 1]]);
    }
    order.resize(pass.k);
    pass.top.push_back(order);
  }
}

void place(Pass& pass) {
  const int64_t num_experts = pass.layer.num_experts;
  MoeStatistics& counts = pass.out.counts;
  for (size_t g = 0; g + 1 < pass.layer.groups.size(); ++g) {
    const int64_t begin = pass.layer.groups[g], end = pass.layer.groups[g + 1];
    const int64_t capacity = room(pass.options, pass.call, end - begin);
    const size_t kept_before = pass.out.kept.size();
    (pass.call.expert_choice ? place_expert_choice : place_token_choice)(pass, begin, end, capacity);
    pass.out.rooms.push_back(capacity);
    counts.utilisation_sum += static_cast<double>(pass.out.kept.size() - kept_before) / static_cast<double>(capacity);
    counts.utilisation_count += num_experts;
  }
  counts.num_dropped_choices = counts.num_choices - static_cast<int64_t>(pass.out.kept.size());
  std::vector<bool> has_pair(pass.num_tokens, false);
  for (const Pair& pair : pass.out.kept) has_pair[pair.token] = true;
  const int64_t without = std::count(has_pair.begin(), has_pair.end(), false);
  (pass.call.expert_choice ? counts.num_unchosen_tokens : counts.num_dropped_tokens) = without;
}

void weigh(Pass& pass) {
  pass.norm.assign(pass.num_tokens, 1.0);
  pass.members.resize(pass.num_tokens);
  const bool raw = pass.call.expert_choice || pass.options.gate == GateRule::kRaw;
  if (!raw && pass.options.gate == GateRule::kNormalisedBeforeDrop) {
    pass.members = pass.top;
    for (int64_t t = 0; t < pass.num_tokens; ++t) pass.norm[t] = sum_of_top(pass, t) + kGateEpsilon;
  } else if (!raw) {
    std::fill(pass.norm.begin(), pass.norm.end(), 0.0);
    for (const Pair& pair : pass.out.kept) {
      pass.members[pair.token].push_back(pair.expert);
      pass.norm[pair.token] += pass.p(pair.token, pair.expert);
    }
  }
  for (Pair& pair : pass.out.kept) pair.weight = pass.p(pair.token, pair.expert) / pass.norm[pair.token];
  std::sort(pass.out.kept.begin(), pass.out.kept.end(), [](const Pair& a, const Pair& b) {
    if (a.token != b.token) return a.token < b.token;
    return a.weight != b.weight ? a.weight > b.weight : a.expert < b.expert;
  });
}

int64_t room(const MoeOptions& options, const MoeCall& call, int64_t group_tokens) {
  if (call.capacity.has_value()) return group_tokens;
  if (options.expert_capacity > 0) return options.expert_capacity;
  const double factor = call.training ? options.capacity_factor_train : options.capacity_factor_eval;
  if (factor == 0.0) return group_tokens;
  const double even = factor * static_cast<double>(group_tokens) / static_cast<double>(options.num_experts);
  return std::min(std::max(static_cast<int64_t>(round_half_even(even)), options.min_capacity), group_tokens);
}

}  // namespace flanmoe::oracle
