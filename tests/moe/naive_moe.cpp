#include "naive_moe.h"
#include "moe/weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <numeric>

namespace flanmoe {
namespace {

using Table = std::vector<std::vector<double>>;
using Choice = std::vector<int64_t>;  // expert of each token of a group, -1 = none

constexpr int64_t kNone = -1;

Table table_of(const at::Tensor& p) {
  Table table(static_cast<size_t>(p.size(0)));
  for (size_t t = 0; t < table.size(); ++t) {
    for (int64_t e = 0; e < p.size(1); ++e) table[t].push_back(p[static_cast<int64_t>(t)][e].item<double>());
  }
  return table;
}

// Reference 2: clamp(round_half_even(cf * S / E), min_cap, S).
int64_t capacity_of(double factor, int64_t tokens, int64_t num_experts, int64_t least) {
  if (factor == 0.0) return tokens;
  const double even = factor * static_cast<double>(tokens) / static_cast<double>(num_experts);
  return std::min(std::max(static_cast<int64_t>(std::nearbyint(even)), least), tokens);
}

// argmax of p without the experts already taken; the lowest index wins a tie.
int64_t best(const std::vector<double>& p, const std::vector<bool>& taken) {
  int64_t result = kNone;
  for (size_t e = 0; e < p.size(); ++e) {
    if (!taken[e] && (result == kNone || p[e] > p[static_cast<size_t>(result)])) result = static_cast<int64_t>(e);
  }
  return result;
}

// Tokens of the group in the order in which they are served.
std::vector<size_t> serving_order(const Table& p, RoomPriority priority) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  if (priority == RoomPriority::kProbability) {
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return *std::max_element(p[a].begin(), p[a].end()) > *std::max_element(p[b].begin(), p[b].end());
    });
  }
  return order;
}

// Reference 3, word by word: pos_r[s] = #{s' served before s with the same r-th choice} + sum over lower ranks of all
// tokens that chose the expert; kept when pos < C.
std::vector<std::vector<bool>> keep(const std::vector<Choice>& ranks, const std::vector<size_t>& order,
                                    int64_t capacity) {
  std::vector<std::vector<bool>> kept(ranks.size(), std::vector<bool>(order.size(), false));
  for (size_t r = 0; r < ranks.size(); ++r) {
    for (size_t at = 0; at < order.size(); ++at) {
      const int64_t expert = ranks[r][order[at]];
      if (expert == kNone) continue;
      int64_t position = 0;
      for (size_t before = 0; before < at; ++before) position += ranks[r][order[before]] == expert;
      for (size_t lower = 0; lower < r; ++lower)
        position += std::count(ranks[lower].begin(), ranks[lower].end(), expert);
      kept[r][order[at]] = position < capacity;
    }
  }
  return kept;
}

at::Tensor one_hot(const Choice& choice, int64_t num_experts) {
  at::Tensor mask = at::zeros({static_cast<int64_t>(choice.size()), num_experts}, at::kDouble);
  for (size_t s = 0; s < choice.size(); ++s) {
    if (choice[s] != kNone) mask[static_cast<int64_t>(s)][choice[s]] = 1.0;
  }
  return mask;
}

struct GroupResult {
  at::Tensor combine;  // [S, E]
  at::Tensor counted;  // [S, E] choices that the balance loss counts
  std::vector<std::vector<bool>> asked, kept;
};

GroupResult token_choice(const at::Tensor& p, int64_t capacity, const MoeOptions& o, SecondExpert policy) {
  const Table table = table_of(p);
  const size_t k = static_cast<size_t>(o.k), num_experts = static_cast<size_t>(p.size(1));
  std::vector<Choice> top(k, Choice(table.size()));
  for (size_t s = 0; s < table.size(); ++s) {
    std::vector<bool> taken(num_experts, false);
    for (size_t r = 0; r < k; ++r) {
      top[r][s] = best(table[s], taken);
      taken[static_cast<size_t>(top[r][s])] = true;
    }
  }
  std::vector<Choice> used = top;
  if (k == 2) {
    for (size_t s = 0; s < table.size(); ++s) {
      const double p1 = table[s][static_cast<size_t>(top[0][s])], p2 = table[s][static_cast<size_t>(top[1][s])];
      if (policy == SecondExpert::kNone ||
          (policy == SecondExpert::kThreshold && p2 / (p1 + p2 + 1e-9) <= o.second_threshold))
        used[1][s] = kNone;
    }
  }
  const auto kept = keep(used, serving_order(table, o.priority), capacity);
  GroupResult result{at::zeros_like(p), at::zeros_like(p.detach()), {}, {}};
  result.asked.assign(table.size(), std::vector<bool>(num_experts, false));
  result.kept = result.asked;
  at::Tensor sum = at::zeros({p.size(0)}, at::kDouble), sum_kept = sum.clone();
  std::vector<at::Tensor> chosen, keeps;
  for (size_t r = 0; r < k; ++r) {
    at::Tensor mask = at::zeros({p.size(0)}, at::kDouble);
    for (size_t s = 0; s < table.size(); ++s) {
      mask[static_cast<int64_t>(s)] = kept[r][s] ? 1.0 : 0.0;
      if (used[r][s] == kNone) continue;
      result.asked[s][static_cast<size_t>(used[r][s])] = true;
      result.kept[s][static_cast<size_t>(used[r][s])] = kept[r][s];
    }
    const at::Tensor hot = one_hot(top[r], p.size(1));
    chosen.push_back((p * hot).sum(1));
    keeps.push_back(mask);
    sum = sum + chosen[r];
    sum_kept = sum_kept + chosen[r] * mask;
    if (r == 0 || o.aux_counts != BalanceCounts::kTop1)
      result.counted += o.aux_counts == BalanceCounts::kAllOverK ? hot / static_cast<double>(o.k) : hot;
  }
  for (size_t r = 0; r < k; ++r) {
    at::Tensor gate = chosen[r];
    if (o.gate == GateRule::kNormalisedBeforeDrop) gate = gate / (sum + 1e-9);
    if (o.gate == GateRule::kNormalisedAfterDrop) gate = gate / sum_kept.clamp_min(1e-9);
    result.combine = result.combine + (gate * keeps[r]).unsqueeze(1) * one_hot(top[r], p.size(1));
  }
  return result;
}

// Reference 7.
GroupResult expert_choice(const at::Tensor& p, int64_t capacity, bool has_balance_loss) {
  const Table table = table_of(p);
  GroupResult result{{}, at::zeros_like(p.detach()), {}, {}};
  result.asked.assign(table.size(), std::vector<bool>(static_cast<size_t>(p.size(1)), false));
  at::Tensor mask = at::zeros_like(p.detach());
  for (size_t e = 0; e < static_cast<size_t>(p.size(1)); ++e) {
    for (int64_t slot = 0; slot < capacity; ++slot) {
      size_t winner = table.size();
      for (size_t s = 0; s < table.size(); ++s) {
        if (!result.asked[s][e] && (winner == table.size() || table[s][e] > table[winner][e])) winner = s;
      }
      result.asked[winner][e] = true;
      mask[static_cast<int64_t>(winner)][static_cast<int64_t>(e)] = 1.0;
    }
  }
  result.kept = result.asked;
  result.combine = p * mask;
  Choice first;
  for (const auto& row : table) first.push_back(best(row, std::vector<bool>(row.size(), false)));
  if (has_balance_loss) result.counted = one_hot(first, p.size(1));
  return result;
}

}  // namespace

at::Tensor naive_expert(const at::Tensor& x, const MoeWeights& weights, int64_t expert) {
  const at::Tensor first = x.matmul(weights.wi.weight[expert].t());
  const at::Tensor hidden =
      weights.wi_1.defined() ? at::gelu(first, "tanh") * x.matmul(weights.wi_1.weight[expert].t()) : at::relu(first);
  return hidden.matmul(weights.wo.weight[expert].t());
}

NaiveMoe naive_moe(const at::Tensor& x, const MoeWeights& weights, const GroupBounds& groups, const MoeOptions& options,
                   const MoeCall& call) {
  const at::Tensor logits = x.matmul(weights.router.weight.t()), p = at::softmax(logits, 1);
  const int64_t num_experts = p.size(1);
  double factor = call.training ? options.capacity_factor_train : options.capacity_factor_eval;
  if (call.capacity.has_value()) factor = 0.0;
  NaiveMoe out;
  std::vector<at::Tensor> combine, balance, z;
  for (size_t g = 0; g + 1 < groups.host.size(); ++g) {
    const int64_t size = groups.host[g + 1] - groups.host[g];
    const at::Tensor mine = p.narrow(0, groups.host[g], size);
    const int64_t capacity = capacity_of(factor, size, num_experts, options.min_capacity);
    const GroupResult result =
        call.expert_choice
            ? expert_choice(mine, capacity, options.balance_expert_choice)
            : token_choice(mine, capacity, options, call.training ? options.second_train : options.second_eval);
    combine.push_back(result.combine);
    balance.push_back((result.counted.mean(0) * mine.mean(0)).sum() * static_cast<double>(num_experts));
    z.push_back(at::logsumexp(logits.narrow(0, groups.host[g], size), {1}).square().mean());
    out.capacity.push_back(capacity);
    out.asked.insert(out.asked.end(), result.asked.begin(), result.asked.end());
    out.kept.insert(out.kept.end(), result.kept.begin(), result.kept.end());
  }
  const at::Tensor weight = at::cat(combine);
  out.hidden = at::zeros_like(x);
  for (int64_t e = 0; e < num_experts; ++e)
    out.hidden = out.hidden + weight.select(1, e).unsqueeze(1) * naive_expert(x, weights, e);
  out.balance_loss = at::stack(balance).mean();
  out.z_loss = at::stack(z).mean();
  return out;
}

}  // namespace flanmoe
