#include "moe/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace flanmoe {
namespace {

double share(int64_t part, int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

double total(const std::vector<int64_t>& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
}

}  // namespace

void MoeStatistics::add(const MoeStatistics& other) {
  FLANMOE_ASSERT(num_experts == other.num_experts && stack == other.stack && layer == other.layer);
  num_tokens += other.num_tokens;
  num_choices += other.num_choices;
  num_dropped_choices += other.num_dropped_choices;
  num_dropped_tokens += other.num_dropped_tokens;
  num_unchosen_tokens += other.num_unchosen_tokens;
  utilisation_sum += other.utilisation_sum;
  utilisation_count += other.utilisation_count;
  entropy_sum += other.entropy_sum;
  confidence_sum += other.confidence_sum;
  for (int64_t e = 0; e < num_experts; ++e) {
    routed[e] += other.routed[e];
    kept[e] += other.kept[e];
  }
}

double MoeStatistics::dropped_choice_share() const { return share(num_dropped_choices, num_choices); }
double MoeStatistics::dropped_token_share() const { return share(num_dropped_tokens, num_tokens); }
double MoeStatistics::unchosen_token_share() const { return share(num_unchosen_tokens, num_tokens); }
double MoeStatistics::kept_per_token() const {
  return num_tokens == 0 ? 0.0 : total(kept) / static_cast<double>(num_tokens);
}

double MoeStatistics::utilisation() const {
  return utilisation_count == 0 ? 0.0 : utilisation_sum / static_cast<double>(utilisation_count);
}

double MoeStatistics::max_load_ratio() const {
  const double all = total(routed);
  if (all == 0.0) return 0.0;
  return static_cast<double>(*std::max_element(routed.begin(), routed.end())) * static_cast<double>(num_experts) / all;
}

double MoeStatistics::load_variation() const {
  const double all = total(routed);
  if (all == 0.0) return 0.0;
  const double mean = all / static_cast<double>(num_experts);
  double squares = 0.0;
  for (int64_t count : routed) squares += (static_cast<double>(count) - mean) * (static_cast<double>(count) - mean);
  return std::sqrt(squares / static_cast<double>(num_experts)) / mean;
}

double MoeStatistics::load_entropy() const {
  const double all = total(routed);
  if (all == 0.0 || num_experts == 1) return 0.0;
  double entropy = 0.0;
  for (int64_t count : routed) {
    const double part = static_cast<double>(count) / all;
    if (part > 0.0) entropy -= part * std::log(part);
  }
  return entropy / std::log(static_cast<double>(num_experts));
}

double MoeStatistics::router_entropy() const {
  if (num_tokens == 0 || num_experts == 1) return 0.0;
  return entropy_sum / static_cast<double>(num_tokens) / std::log(static_cast<double>(num_experts));
}

}  // namespace flanmoe
