// moe_layer against the naive layer, values, losses and gradients, on a grid of odd sizes.
#include <fmt/format.h>

#include <algorithm>

#include "layers.h"
#include "moe/groups.h"
#include "moe/weights.h"
#include "naive_moe.h"

namespace flanmoe {
namespace {

struct Gradients {
  at::Tensor x;
  MoeWeights weights;
};

// One number that reads everything a layer says, so that its gradient tests every path.
at::Tensor reading(const at::Tensor& hidden, const at::Tensor& balance, const at::Tensor& z) {
  const at::Tensor by = random_normal(hidden.sizes(), 1.0, 77).to(hidden.scalar_type());
  return (hidden * by).sum() + 3.0 * balance + 0.2 * z;
}

at::Tensor grad_of(const at::Tensor& leaf) { return leaf.grad().defined() ? leaf.grad() : at::zeros_like(leaf); }

void expect_close(const at::Tensor& mine, const at::Tensor& expected, const char* what) {
  const double size = expected.numel() == 0 ? 0.0 : expected.detach().abs().max().item<double>();
  EXPECT_LT(largest_gap(mine, expected), 1e-4 * (1.0 + size)) << what;
}

struct Grid {
  int64_t num_tokens, num_experts, group_size;
  bool padded, gated;
};

void check(const Grid& grid, const MoeOptions& options, MoeCall call) {
  const layers::Shape shape{grid.num_experts, 5, 7, grid.gated};
  const MoeTokenPlaces places = layers::places(grid.num_tokens, grid.group_size, grid.padded);
  const int64_t num_positions = grid.padded ? 2 * grid.num_tokens + 1 : grid.num_tokens;
  const at::Tensor x = layers::tokens(num_positions, 5).requires_grad_(true);
  const at::Tensor plain_x = x.detach().to(at::kDouble).requires_grad_(true);
  const MoeWeights weights = layers::leaves(layers::weights(shape)), plain = layers::leaves(weights, at::kDouble);
  call.want_losses = true;
  call.want_statistics = true;
  const MoeOutput mine = moe_layer(x, weights, places, options, call);
  const NaiveMoe naive = naive_moe(plain_x.index_select(0, places.positions), plain, places.groups, options, call);
  const at::Tensor expected =
      at::zeros({num_positions, 5}, at::kDouble).index_copy(0, places.positions, naive.hidden);  // zero at padding

  expect_close(mine.hidden, expected, "hidden");
  expect_close(mine.balance_loss, naive.balance_loss, "balance loss");
  expect_close(mine.z_loss, naive.z_loss, "z loss");
  reading(mine.hidden, mine.balance_loss, mine.z_loss).backward();
  reading(expected, naive.balance_loss, naive.z_loss).backward();
  expect_close(grad_of(x), grad_of(plain_x), "gradient of x");
  expect_close(grad_of(weights.router.weight), grad_of(plain.router.weight), "gradient of the router");
  expect_close(grad_of(weights.wi.weight), grad_of(plain.wi.weight), "gradient of wi");
  expect_close(grad_of(weights.wo.weight), grad_of(plain.wo.weight), "gradient of wo");
  if (grid.gated) expect_close(grad_of(weights.wi_1.weight), grad_of(plain.wi_1.weight), "gradient of wi_1");

  int64_t asked = 0, kept = 0, silent = 0, used = 0;
  for (size_t t = 0; t < naive.kept.size(); ++t) {
    const int64_t of_token = std::count(naive.kept[t].begin(), naive.kept[t].end(), true);
    asked += std::count(naive.asked[t].begin(), naive.asked[t].end(), true);
    kept += of_token;
    silent += of_token == 0;
  }
  for (const int64_t expert_kept : mine.statistics->kept) used += expert_kept;
  EXPECT_EQ(mine.statistics->num_choices, asked);
  EXPECT_EQ(mine.statistics->num_dropped_choices, asked - kept);
  EXPECT_EQ(used, kept);
  EXPECT_EQ(call.expert_choice ? mine.statistics->num_unchosen_tokens : mine.statistics->num_dropped_tokens, silent);
}

void over_sizes(const std::function<void(const Grid&)>& work) {
  for (const int64_t num_tokens : {1, 2, 7, 33}) {
    for (const int64_t num_experts : {1, 3, 5}) {
      for (const int64_t group_size : {0, 5}) {
        const bool odd = (num_tokens + num_experts + group_size) % 4 == 0;
        const Grid grid{num_tokens, num_experts, group_size, odd, num_experts == 3};
        SCOPED_TRACE(fmt::format("tokens {} experts {} group {} padded {}", num_tokens, num_experts, group_size, odd));
        work(grid);
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

constexpr double kFactors[] = {0.0, 0.4, 1.0, 1.7};

TEST(AgainstNaive, Switch) {
  over_sizes([](const Grid& grid) {
    for (const double factor : kFactors) {
      for (const RoomPriority priority : {RoomPriority::kPosition, RoomPriority::kProbability}) {
        MoeOptions options = layers::options(grid.num_experts);
        options.capacity_factor_eval = factor;
        options.priority = priority;
        SCOPED_TRACE(fmt::format("factor {} {}", factor, name_of(priority)));
        check(grid, options, {});
      }
    }
  });
}

TEST(AgainstNaive, TopTwo) {
  over_sizes([](const Grid& grid) {
    if (grid.num_experts == 1) return;
    for (const double factor : kFactors) {
      for (const GateRule gate : {GateRule::kRaw, GateRule::kNormalisedBeforeDrop, GateRule::kNormalisedAfterDrop}) {
        for (const SecondExpert policy : {SecondExpert::kAll, SecondExpert::kThreshold, SecondExpert::kNone}) {
          MoeOptions options = layers::options(grid.num_experts, 2, gate);
          options.capacity_factor_eval = factor;
          options.second_eval = policy;
          options.second_threshold = 0.35;
          SCOPED_TRACE(fmt::format("factor {} {} {}", factor, name_of(gate), name_of(policy)));
          check(grid, options, {});
        }
      }
    }
  });
}

TEST(AgainstNaive, TopTwoByPriorityAndByCounts) {
  over_sizes([](const Grid& grid) {
    if (grid.num_experts == 1) return;
    for (const BalanceCounts counts : {BalanceCounts::kTop1, BalanceCounts::kAll, BalanceCounts::kAllOverK}) {
      for (const GateRule gate : {GateRule::kRaw, GateRule::kNormalisedBeforeDrop, GateRule::kNormalisedAfterDrop}) {
        MoeOptions options = layers::options(grid.num_experts, 2, gate);
        options.capacity_factor_eval = 0.7;
        options.priority = RoomPriority::kProbability;
        options.aux_counts = counts;
        SCOPED_TRACE(fmt::format("{} {}", name_of(counts), name_of(gate)));
        check(grid, options, {});
      }
    }
  });
}

TEST(AgainstNaive, TopThree) {
  over_sizes([](const Grid& grid) {
    if (grid.num_experts == 1) return;
    for (const double factor : kFactors) {
      for (const GateRule gate : {GateRule::kRaw, GateRule::kNormalisedBeforeDrop, GateRule::kNormalisedAfterDrop}) {
        MoeOptions options = layers::options(grid.num_experts, 3, gate);
        options.capacity_factor_eval = factor;
        SCOPED_TRACE(fmt::format("factor {} {}", factor, name_of(gate)));
        check(grid, options, {});
      }
    }
  });
}

TEST(AgainstNaive, OneChoiceUnderEveryGate) {
  over_sizes([](const Grid& grid) {
    for (const GateRule gate : {GateRule::kNormalisedBeforeDrop, GateRule::kNormalisedAfterDrop}) {
      MoeOptions options = layers::options(grid.num_experts, 1, gate);
      options.capacity_factor_eval = 0.7;
      SCOPED_TRACE(name_of(gate));
      check(grid, options, {});
    }
  });
}

TEST(AgainstNaive, ExpertChoice) {
  over_sizes([](const Grid& grid) {
    for (const double factor : kFactors) {
      for (const int64_t least : {1, 4}) {
        MoeOptions options = layers::options(grid.num_experts, 2);
        options.routing = RoutingRule::kExpertChoice;
        options.capacity_factor_eval = factor;
        options.min_capacity = least;
        options.balance_expert_choice = factor > 0.5;
        SCOPED_TRACE(fmt::format("factor {} at least {}", factor, least));
        MoeCall call;
        call.expert_choice = true;
        check(grid, options, call);
      }
    }
  });
}

TEST(AgainstNaive, TrainingReadsItsOwnFactorAndPolicy) {
  over_sizes([](const Grid& grid) {
    if (grid.num_experts == 1) return;
    for (const bool training : {true, false}) {
      MoeOptions options = layers::options(grid.num_experts, 2, GateRule::kNormalisedBeforeDrop);
      options.capacity_factor_train = 0.6;
      options.capacity_factor_eval = 1.5;
      options.second_train = SecondExpert::kThreshold;
      options.second_threshold = 0.4;
      MoeCall call;
      call.training = training;
      check(grid, options, call);
      call.capacity = NoLimit{};
      check(grid, options, call);
    }
  });
}

}  // namespace
}  // namespace flanmoe
