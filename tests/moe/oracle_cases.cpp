#include "moe/oracle_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"

namespace flanmoe::oracle {
namespace {

constexpr uint64_t kSeed = 17;

// Multiples of 1/256 in [-limit, limit].
Values grid(RandomStream& random, int64_t count, double limit) {
  const auto steps = static_cast<int64_t>(limit * 256);
  Values values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<double>(random.between(-steps, steps)) / 256);
  return values;
}

void copy_row(Values& values, int64_t width, int64_t from, int64_t to) {
  std::copy_n(values.begin() + from * width, width, values.begin() + to * width);
}

std::vector<int64_t> rising_sample(RandomStream& random, int64_t total, int64_t count) {
  std::vector<int64_t> picked;
  for (size_t index : random.sample(total, count)) picked.push_back(static_cast<int64_t>(index));
  std::sort(picked.begin(), picked.end());
  return picked;
}

// Real tokens anywhere among the positions, cut into one to four groups.
void draw_places(RandomStream& random, Case& c) {
  const int64_t num_tokens = random.between(1, 24);
  c.num_positions = num_tokens + (random.chance(0.5) ? random.between(1, num_tokens + 3) : 0);
  c.layer.positions = rising_sample(random, c.num_positions, num_tokens);
  const int64_t num_groups = random.between(1, std::min<int64_t>(4, num_tokens));
  c.layer.groups = {0};
  for (int64_t cut : rising_sample(random, num_tokens - 1, num_groups - 1)) c.layer.groups.push_back(cut + 1);
  c.layer.groups.push_back(num_tokens);
}

// Hugging Face: every position is a token, each row a group.
void draw_rows(RandomStream& random, Case& c) {
  const int64_t num_rows = random.between(1, 4), length = random.between(1, 8);
  c.num_positions = num_rows * length;
  c.layer.positions.resize(c.num_positions);
  std::iota(c.layer.positions.begin(), c.layer.positions.end(), 0);
  for (int64_t row = 0; row <= num_rows; ++row) c.layer.groups.push_back(row * length);
  c.options.expert_capacity = random.between(1, length + 1);
}

// The trailing positions of each row hold one and the same vector, as padding does.
void pad_rows(RandomStream& random, Case& c) {
  const Values padding = random.chance(0.5) ? Values(c.layer.d_model, 0.0) : grid(random, c.layer.d_model, 2);
  for (size_t row = 0; row + 1 < c.layer.groups.size(); ++row) {
    const int64_t first = random.between(c.layer.groups[row] + 1, c.layer.groups[row + 1]);
    for (int64_t position = first; position < c.layer.groups[row + 1]; ++position) {
      std::copy(padding.begin(), padding.end(), c.layer.x.begin() + position * c.layer.d_model);
    }
  }
}

void draw_weights(RandomStream& random, Case& c) {
  Layer& layer = c.layer;
  layer.num_experts = random.between(c.options.k, 7);
  layer.d_model = random.between(1, 9);
  layer.hidden = random.between(1, 9);
  layer.gated = random.chance(0.5);
  const int64_t size = layer.num_experts * layer.hidden * layer.d_model;
  layer.x = grid(random, c.num_positions * layer.d_model, 2);
  layer.router = grid(random, layer.num_experts * layer.d_model, 1);
  layer.wi = grid(random, size, 1);
  if (layer.gated) layer.wi_1 = grid(random, size, 1);
  layer.wo = grid(random, size, 1);
  c.options.num_experts = layer.num_experts;
}

// The first feature of every position is one, and one expert's row of the router stands on it.
void favour_one_expert(RandomStream& random, Case& c) {
  Layer& layer = c.layer;
  layer.router = grid(random, layer.num_experts * layer.d_model, 0.5);
  for (int64_t position = 0; position < c.num_positions; ++position) layer.x[position * layer.d_model] = 1.0;
  layer.router[random.between(0, layer.num_experts - 1) * layer.d_model] += 6.0;
}

void repeat_tokens(RandomStream& random, Case& c) {
  for (int64_t i = random.between(1, c.num_positions); i > 0; --i) {
    copy_row(c.layer.x, c.layer.d_model, random.between(0, c.num_positions - 1),
             random.between(0, c.num_positions - 1));
  }
}

void repeat_experts(RandomStream& random, Case& c) {
  const int64_t last = c.layer.num_experts - 1;
  const bool all = random.chance(0.2);  // uniform probabilities
  for (int64_t i = all ? 1 : random.between(0, last); i <= last; ++i) {
    copy_row(c.layer.router, c.layer.d_model, all ? 0 : random.between(0, last), i);
  }
}

// The setting of the other mode is a decoy: reading it would be seen.
void draw_capacity(RandomStream& random, Case& c) {
  const bool training = c.call.training = random.chance(0.5);
  double& factor = training ? c.options.capacity_factor_train : c.options.capacity_factor_eval;
  double& decoy = training ? c.options.capacity_factor_eval : c.options.capacity_factor_train;
  decoy = 5.0;
  factor = random.pick<double>({0.25, 0.5, 0.5, 0.75, 1.0, 1.0, 1.25, 1.5, 2.0, 3.0});
  if (!training && random.chance(0.15)) factor = 0.0;
  c.options.min_capacity = random.chance(0.6) ? 1 : random.between(2, 5);
  if (random.chance(0.1)) c.call.capacity = NoLimit{};
}

void draw_choices(RandomStream& random, const std::string& routing, Case& c) {
  MoeOptions& options = c.options;
  options.aux_counts =
      random.pick<BalanceCounts>({BalanceCounts::kTop1, BalanceCounts::kAll, BalanceCounts::kAllOverK});
  options.priority = random.pick<RoomPriority>({RoomPriority::kPosition, RoomPriority::kProbability});
  if (routing == "switch") return;
  options.k = 2;
  options.gate = GateRule::kNormalisedBeforeDrop;
  if (routing == "st_moe")
    options.gate = random.pick<GateRule>({options.gate, GateRule::kNormalisedAfterDrop, GateRule::kRaw});
  const auto policy = random.pick<SecondExpert>({SecondExpert::kAll, SecondExpert::kThreshold, SecondExpert::kNone});
  options.second_train = c.call.training ? policy : SecondExpert::kRandom;
  options.second_eval = c.call.training ? SecondExpert::kRandom : policy;
  options.second_threshold = random.pick<double>({0.2, 0.2, 0.35, 0.45});
  if (policy == SecondExpert::kAll && routing == "st_moe" && random.chance(0.2)) options.k = 3;
}

void draw_reading(RandomStream& random, Case& c) {
  c.reading.hidden = grid(random, c.num_positions * c.layer.d_model, 1);
  c.reading.balance = c.options.balance_loss = 0.5 + random.uniform();
  c.reading.z = c.options.z_loss = 0.5 + random.uniform();
}

void name_case(const std::string& routing, int64_t index, Case& c) {
  const MoeOptions& o = c.options;
  c.name = fmt::format(
      "{} case {}: {} tokens of {} positions, {} groups, E {} D {} F {}{}, k {}, gate {}, second {}/{} above {}, "
      "priority {}, factor {}/{} least {} absolute {}, aux {}{}{}",
      routing, index, c.layer.positions.size(), c.num_positions, c.layer.groups.size() - 1, o.num_experts,
      c.layer.d_model, c.layer.hidden, c.layer.gated ? " gated" : "", o.k, name_of(o.gate), name_of(o.second_train),
      name_of(o.second_eval), o.second_threshold, name_of(o.priority), o.capacity_factor_train, o.capacity_factor_eval,
      o.min_capacity, o.expert_capacity, name_of(o.aux_counts), c.call.training ? ", training" : "",
      c.call.capacity.has_value() ? ", unlimited" : "");
}

double factor_of(const Case& c) {
  return c.call.training ? c.options.capacity_factor_train : c.options.capacity_factor_eval;
}

bool half_rounded(const Case& c, int64_t group_tokens) {
  const double even = factor_of(c) * static_cast<double>(group_tokens) / static_cast<double>(c.options.num_experts);
  return !c.call.capacity.has_value() && c.options.expert_capacity == 0 &&
         even - static_cast<double>(static_cast<int64_t>(even)) == 0.5;
}

}  // namespace

Case random_case(const std::string& routing, int64_t index) {
  RandomStream random(kSeed, "oracle/" + routing, static_cast<uint64_t>(index));
  const bool rows = routing == "hugging_face";
  Case c;
  draw_capacity(random, c);
  if (rows) {
    draw_rows(random, c);
  } else {
    draw_places(random, c);
  }
  if (routing == "expert_choice") {
    c.call.expert_choice = true;
    c.options.routing = RoutingRule::kExpertChoice;
    c.options.balance_expert_choice = index % 2 == 1;
    c.options.gate =
        random.pick<GateRule>({GateRule::kRaw, GateRule::kNormalisedBeforeDrop});  // of token choice: not read
  } else if (!rows) {
    draw_choices(random, routing, c);
  }
  draw_weights(random, c);
  if (random.chance(0.15)) favour_one_expert(random, c);
  if (random.chance(0.3)) repeat_tokens(random, c);
  if (random.chance(0.3)) repeat_experts(random, c);
  if (rows) pad_rows(random, c);
  draw_reading(random, c);
  name_case(routing, index, c);
  return c;
}

void count_situations(const Case& c, const Answer& answer, Tally& tally) {
  const MoeStatistics& counts = answer.counts;
  const auto count = [&](const char* situation, bool met) { tally[situation] += met ? 1 : 0; };
  const int64_t most = *std::max_element(counts.routed.begin(), counts.routed.end());
  const int64_t least = *std::min_element(counts.routed.begin(), counts.routed.end());
  bool half = false, room_one = false;
  for (size_t g = 0; g < answer.rooms.size(); ++g) {
    half = half || half_rounded(c, c.layer.groups[g + 1] - c.layer.groups[g]);
    room_one = room_one || (answer.rooms[g] == 1 && c.layer.groups[g + 1] - c.layer.groups[g] > 1);
  }
  count("cases", true);
  count("dropped choices", counts.num_dropped_choices > 0);
  count("dropped tokens", counts.num_dropped_tokens > 0);
  count("unchosen tokens", counts.num_unchosen_tokens > 0);
  count("ties", answer.num_ties > 0);
  count("padding", c.num_positions > counts.num_tokens);
  count("no limit", c.call.capacity.has_value() || (c.options.expert_capacity == 0 && factor_of(c) == 0.0));
  count("room for one", room_one);
  count("room rounded from a half", half);
  count("one expert takes all", counts.num_experts > 1 && most > 1 && most == counts.num_choices);
  count("expert without tokens", least == 0);
  count("second switched off", !c.call.expert_choice && counts.num_choices < counts.num_tokens * c.options.k);
  count("gated", c.layer.gated);
  count("one token", counts.num_tokens == 1);
  count("one expert", counts.num_experts == 1);
}

}  // namespace flanmoe::oracle
