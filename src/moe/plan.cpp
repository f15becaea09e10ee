#include "moe/plan.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace flanmoe {
namespace {

// One kept pair, before sorting by expert.
struct Row {
  int64_t token, expert, pair;
};

// Counting sort by expert, order kept inside an expert.
void fill_rows(Plan& plan, const std::vector<Row>& rows, int64_t num_experts) {
  plan.offsets = at::zeros({num_experts + 1}, at::kLong);
  int64_t* offsets = plan.offsets.mutable_data_ptr<int64_t>();
  for (const Row& row : rows) ++offsets[row.expert + 1];
  for (int64_t e = 0; e < num_experts; ++e) offsets[e + 1] += offsets[e];
  std::vector<int64_t> next(offsets, offsets + num_experts);
  const auto num_rows = static_cast<int64_t>(rows.size());
  plan.tokens = at::empty({num_rows}, at::kLong);
  plan.pairs = at::empty({num_rows}, at::kLong);
  int64_t* tokens = plan.tokens.mutable_data_ptr<int64_t>();
  int64_t* pairs = plan.pairs.mutable_data_ptr<int64_t>();
  for (const Row& row : rows) {
    const int64_t place = next[row.expert]++;
    tokens[place] = row.token;
    pairs[place] = row.pair;
  }
}

MoeStatistics empty_counts(int64_t num_experts, int64_t num_tokens) {
  MoeStatistics counts;
  counts.num_experts = num_experts;
  counts.num_tokens = num_tokens;
  counts.routed.assign(num_experts, 0);
  counts.kept.assign(num_experts, 0);
  return counts;
}

void count_group_utilisation(MoeStatistics& counts, const std::vector<int64_t>& kept_in_group, int64_t capacity) {
  for (int64_t kept : kept_in_group)
    counts.utilisation_sum += static_cast<double>(kept) / static_cast<double>(capacity);
  counts.utilisation_count += static_cast<int64_t>(kept_in_group.size());
}

// Tokens of a group in the order in which they are served.
std::vector<int64_t> service_order(int64_t begin, int64_t end, const std::vector<double>& top_probability) {
  std::vector<int64_t> order(end - begin);
  std::iota(order.begin(), order.end(), begin);
  if (!top_probability.empty()) {
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t a, int64_t b) { return top_probability[a] > top_probability[b]; });
  }
  return order;
}

void count_dropped_tokens(MoeStatistics& counts, const TokenChoices& choices, const std::vector<uint8_t>& kept) {
  for (int64_t t = 0; t < choices.num_tokens; ++t) {
    bool any = false;
    for (int64_t rank = 0; rank < choices.k; ++rank) any = any || kept[t * choices.k + rank];
    counts.num_dropped_tokens += any ? 0 : 1;
  }
}

}  // namespace

Plan plan_token_choice(const TokenChoices& choices, const GroupBounds& groups, int64_t num_experts,
                       const CapacityRule& rule, const std::vector<double>& top_probability) {
  Plan plan;
  plan.kept.assign(choices.experts.size(), 0);
  plan.counts = empty_counts(num_experts, choices.num_tokens);
  std::vector<Row> rows;
  rows.reserve(choices.experts.size());
  for (size_t g = 0; g + 1 < groups.size(); ++g) {
    const int64_t capacity = expert_capacity(rule, groups[g + 1] - groups[g], num_experts);
    const auto order = service_order(groups[g], groups[g + 1], top_probability);
    std::vector<int64_t> kept_in_group(num_experts, 0);
    for (int64_t rank = 0; rank < choices.k; ++rank) {
      for (int64_t t : order) {
        const int64_t pair = t * choices.k + rank, expert = choices.experts[pair];
        if (expert == kNoExpert) continue;
        ++plan.counts.routed[expert];
        if (kept_in_group[expert] == capacity) continue;
        ++kept_in_group[expert];
        plan.kept[pair] = 1;
        rows.push_back({t, expert, pair});
      }
    }
    for (int64_t e = 0; e < num_experts; ++e) plan.counts.kept[e] += kept_in_group[e];
    count_group_utilisation(plan.counts, kept_in_group, capacity);
  }
  plan.counts.num_choices = std::accumulate(plan.counts.routed.begin(), plan.counts.routed.end(), int64_t{0});
  plan.counts.num_dropped_choices = plan.counts.num_choices - static_cast<int64_t>(rows.size());
  count_dropped_tokens(plan.counts, choices, plan.kept);
  fill_rows(plan, rows, num_experts);
  return plan;
}

Plan plan_expert_choice(const ExpertChoices& choices, const GroupBounds& groups, int64_t num_experts) {
  Plan plan;
  plan.counts = empty_counts(num_experts, groups.back());
  std::vector<Row> rows;
  std::vector<uint8_t> chosen(groups.back(), 0);
  for (size_t i = 0; i < choices.tokens.size(); ++i) {
    const int64_t token = choices.tokens[i], expert = choices.experts[i];
    rows.push_back({token, expert, token * num_experts + expert});
    chosen[token] = 1;
    ++plan.counts.routed[expert];
  }
  plan.counts.kept = plan.counts.routed;
  plan.counts.num_choices = static_cast<int64_t>(rows.size());
  plan.counts.num_unchosen_tokens = std::count(chosen.begin(), chosen.end(), 0);
  for (int64_t capacity : choices.group_capacity) {
    count_group_utilisation(plan.counts, std::vector<int64_t>(num_experts, capacity), capacity);
  }
  fill_rows(plan, rows, num_experts);
  return plan;
}

}  // namespace flanmoe
