// A bad number of a MoE layer is refused with one clear line.
#include "moe/options.h"

#include <limits>

#include "base/error.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

std::string refusal(const std::string& yaml) {
  return message_of<UserError>([&] {
    MoeOptions options;
    load_options(parse_config(yaml, "x.yaml"), options);
  });
}

TEST(MoeOptions, OutOfRange) {
  EXPECT_EQ(refusal("num_experts: -1"), "x.yaml:1: 'num_experts' is -1, expected 0 or more");
  EXPECT_EQ(refusal("num_experts: 100001"), "x.yaml:1: 'num_experts' is 100001, expected at most 100000");
  EXPECT_EQ(refusal("k: 0"), "x.yaml:1: 'k' is 0, expected 1 or more");
  EXPECT_EQ(refusal("num_experts: 4\nk: 5"), "x.yaml:2: 'k' is 5, expected at most num_experts");
  EXPECT_EQ(refusal("capacity_factor_train: -1"), "x.yaml:1: 'capacity_factor_train' is -1, expected a number above 0");
  EXPECT_EQ(refusal("capacity_factor_train: 0"), "x.yaml:1: 'capacity_factor_train' is 0, expected a number above 0");
  EXPECT_EQ(refusal("capacity_factor_eval: -0.5"), "x.yaml:1: 'capacity_factor_eval' is -0.5, expected 0 or more");
  EXPECT_EQ(refusal("min_capacity: 0"), "x.yaml:1: 'min_capacity' is 0, expected 1 or more");
  EXPECT_EQ(refusal("group_size: -1"), "x.yaml:1: 'group_size' is -1, expected 0 or more");
  EXPECT_EQ(refusal("jitter: 1"), "x.yaml:1: 'jitter' is 1, expected a number in [0, 1)");
  EXPECT_EQ(refusal("jitter: -0.1"), "x.yaml:1: 'jitter' is -0.1, expected a number in [0, 1)");
  EXPECT_EQ(refusal("second_threshold: 0"), "x.yaml:1: 'second_threshold' is 0, expected a number in (0, 1]");
  EXPECT_EQ(refusal("balance_loss: -1"), "x.yaml:1: 'balance_loss' is -1, expected 0 or more");
  EXPECT_EQ(refusal("z_loss: -1"), "x.yaml:1: 'z_loss' is -1, expected 0 or more");
  EXPECT_EQ(refusal("expert_dropout: 1"), "x.yaml:1: 'expert_dropout' is 1, expected a number in [0, 1)");
  EXPECT_EQ(refusal("sparse_every: -1"), "x.yaml:1: 'sparse_every' is -1, expected 0 or more");
  EXPECT_EQ(refusal("sparse_every: 2\nsparse_offset: 2"),
            "x.yaml:2: 'sparse_offset' is 2, expected from 0 to sparse_every - 1");
}

TEST(MoeOptions, UnknownNames) {
  EXPECT_NE(refusal("routing: expert_choise").find("did you mean 'expert_choice'"), std::string::npos);
  for (const std::string key :
       {"routing", "decoder_routing", "gate", "second_train", "second_eval", "priority", "eval_group", "aux_counts"}) {
    const std::string message = refusal(key + ": zebra");
    EXPECT_TRUE(message.starts_with("x.yaml:1: '" + key + "' is 'zebra'")) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
  EXPECT_EQ(refusal("num_expert: 4"), "x.yaml:1: unknown key 'num_expert'; did you mean 'num_experts'?");
}

TEST(MoeOptions, EdgesAreTaken) {
  MoeOptions options;
  load_options(
      parse_config("num_experts: 3\nk: 3\nsecond_threshold: 1\njitter: 0\ncapacity_factor_eval: 0\ngroup_size: 0\n"
                   "min_capacity: 1\nsparse_every: 1\nsparse_offset: 0\nexpert_dropout: 0.999\n",
                   "x.yaml"),
      options);
  EXPECT_EQ(options.k, 3);
  EXPECT_EQ(options.second_threshold, 1.0);
}

TEST(MoeOptions, ComeBackFromTheirOwnText) {
  MoeOptions options, back;
  options.num_experts = 7;
  options.k = 2;
  options.gate = GateRule::kNormalisedAfterDrop;
  options.capacity_factor_train = 0.1;
  options.extra_dense_ffn = true;
  load_options(parse_config(dump_options(options), "dump"), back);
  EXPECT_EQ(dump_options(back), dump_options(options));
  EXPECT_EQ(back.capacity_factor_train, 0.1);
}

}  // namespace
}  // namespace flanmoe
