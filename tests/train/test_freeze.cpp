// Frozen weights: what a list of parts and names holds, and that they stay as they are to the bit, without gradient,
// state or part in the norm.
#include "train/freeze.h"

#include <set>

#include "base/error.h"
#include "model/weights.h"
#include "testing/check.h"
#include "train/checkpoint.h"
#include "train_case.h"

namespace flanmoe {
namespace {

using Names = std::set<std::string>;

Names frozen_names(const std::vector<std::string>& freeze, const ModelOptions& model) {
  const std::vector<bool> frozen = frozen_weights(freeze, model);
  const std::vector<WeightSpec> specs = weight_specs(model);
  Names names;
  for (size_t i = 0; i < specs.size(); ++i) {
    if (frozen[i]) names.insert(specs[i].name);
  }
  return names;
}

std::string refusal(const std::vector<std::string>& freeze, const std::string& arm) {
  return message_of<UserError>([&] { frozen_weights(freeze, tiny::options(arm)); });
}

TEST(Freeze, PartsOfASparseModel) {
  const ModelOptions st_moe = tiny::options("st_moe");  // layer 1 of both stacks is sparse, with a dense one behind
  EXPECT_EQ(frozen_names({}, st_moe), Names());
  EXPECT_EQ(frozen_names({"gate"}, st_moe), (Names{"encoder.block.1.layer.1.mlp.router.classifier.weight",
                                                   "decoder.block.1.layer.2.mlp.router.classifier.weight"}));
  Names experts, dense;
  for (const char* w : {"wi_0", "wi_1", "wo"}) {
    for (const char* layer : {"encoder.block.1.layer.1.", "decoder.block.1.layer.2."}) {
      experts.insert(fmt::format("{}mlp.experts.{}.weight", layer, w));
      dense.insert(fmt::format("{}extra_mlp.{}.weight", layer, w));
    }
    for (const char* layer : {"encoder.block.0.layer.1.", "decoder.block.0.layer.2.", "decoder.block.2.layer.2."})
      dense.insert(fmt::format("{}mlp.{}.weight", layer, w));
  }
  EXPECT_EQ(frozen_names({"experts"}, st_moe), experts);
  EXPECT_EQ(frozen_names({"dense_ffn"}, st_moe), dense);
  EXPECT_EQ(frozen_names({"moe"}, st_moe), frozen_names({"gate", "experts"}, st_moe));
}

// Whatever the arm, the parts are all of it, and no weight is in two.
TEST(Freeze, PartsDivideTheModel) {
  for (const std::string& arm : tiny::arms()) {
    const ModelOptions model = tiny::options(arm);
    size_t sum = 0;
    const std::vector<std::string> parts = model.moe.num_experts > 0
                                               ? std::vector<std::string>{"gate", "experts", "dense_ffn", "rest"}
                                               : std::vector<std::string>{"dense_ffn", "rest"};
    for (const std::string& part : parts) sum += frozen_names({part}, model).size();
    EXPECT_EQ(sum, weight_specs(model).size()) << arm;
    EXPECT_NE(message_of<UserError>([&] { frozen_weights(parts, model); }).find("leaves no weight to train"),
              std::string::npos);
  }
}

TEST(Freeze, Patterns) {
  const ModelOptions model = tiny::options("switch");
  EXPECT_EQ(frozen_names({"shared.weight"}, model), Names{"shared.weight"});
  EXPECT_EQ(frozen_names({"*.router.*"}, model), frozen_names({"gate"}, model));
  EXPECT_EQ(frozen_names({"*.experts.*"}, model), frozen_names({"experts"}, model));
  EXPECT_EQ(frozen_names({"*.expert_*"}, model), frozen_names({"experts"}, model));  // as files have them
  for (const std::string& name : frozen_names({"encoder.block.*"}, model))
    EXPECT_TRUE(name.starts_with("encoder.block.")) << name;
  EXPECT_GT(frozen_names({"encoder.block.*"}, model).size(), 10u);
}

TEST(Freeze, WhatHoldsNothingIsRefused) {
  EXPECT_EQ(
      refusal({"gates"}, "switch"),
      "'freeze' holds 'gates', which is no part (gate, experts, moe, dense_ffn, rest) and matches no weight of the "
      "model; did you mean 'gate'?. `flanmoe inspect MODEL --tensors` lists them");
  EXPECT_NE(refusal({"experts", "encoder.blck.0.*"}, "switch").find("did you mean 'encoder.block.0."),
            std::string::npos);
  EXPECT_NE(refusal({"lm_head.weight"}, "switch").find("'lm_head.weight', which is no part"), std::string::npos);
  for (const char* part : {"gate", "experts", "moe"}) {
    EXPECT_EQ(refusal({part}, "dense_v11"),
              fmt::format("'freeze' holds '{0}', but the model is dense: it has no router and no experts. Expected a "
                          "sparse model; a study with dense arms says it in the sparse ones alone, as in "
                          "arms.NAME.instruct.freeze=[{0}]",
                          part));
  }
  ModelOptions all_sparse = tiny::options("switch");
  all_sparse.moe.sparse_every = 1;
  all_sparse.moe.sparse_offset = 0;
  EXPECT_NE(message_of<UserError>([&] {
              frozen_weights({"dense_ffn"}, all_sparse);
            }).find("every feed-forward of the model is sparse"),
            std::string::npos);
  const std::string message = refusal({"*.expert_3.*"}, "switch");
  EXPECT_NE(
      message.find("'*.expert_3.*', which is 1 of the 5 experts of encoder.block.1.layer.1.mlp.experts.wi.weight"),
      std::string::npos)
      << message;
}

TEST(Freeze, SaysHowMuch) {
  const ModelOptions model = tiny::options("switch");  // 2 routers of 5 x 12
  int64_t all = 0;
  for (const Parameter& parameter : T5Model(model, 1).parameters()) all += parameter.value.numel();
  EXPECT_EQ(describe_frozen({"gate"}, model), fmt::format("120 of {} parameters are frozen (gate)", all));
}

class FrozenRun : public FolderTest, public ::testing::WithParamInterface<const char*> {
 protected:
  static TrainOptions options(const std::vector<std::string>& freeze) {
    TrainOptions options;
    options.steps = 6;
    options.accumulate = 2;
    options.log_every = 2;
    options.checkpoint_every = 3;
    options.optimizer.name = value_named<OptimizerName>(GetParam()).value();
    options.optimizer.weight_decay = 0.01;
    options.freeze = freeze;
    return options;
  }
};
INSTANTIATE_TEST_SUITE_P(Optimizers, FrozenRun, ::testing::Values("adamw", "adafactor"),
                         [](const auto& optimizer) { return std::string(optimizer.param); });

const std::vector<std::vector<std::string>> kLists = {
    {"gate"}, {"experts"},          {"moe"},          {"dense_ffn"},
    {"rest"}, {"moe", "dense_ffn"}, {"gate", "rest"}, {"encoder.*", "shared.weight"}};

TEST_P(FrozenRun, WhatIsFrozenStaysAndTheRestLearns) {
  for (const auto& freeze : kLists) {
    const ModelOptions shape = cases::noisy_options("gshard");
    const std::vector<bool> frozen = frozen_weights(freeze, shape);
    T5Model model(shape, 1);
    const T5Model before(shape, 1);
    const auto folder = folder_ / fmt::format("{}", fmt::join(freeze, "-"));
    train(model, cases::RandomSource(23), options(freeze), cases::run_in(folder));
    const std::string state = content_of(folder / "checkpoints/step-6/train_state/optimizer.safetensors");
    for (size_t i = 0; i < frozen.size(); ++i) {
      const Parameter& parameter = model.parameters()[i];
      EXPECT_EQ(at::equal(parameter.value, before.parameters()[i].value), frozen[i]) << parameter.name;
      EXPECT_EQ(state.find("\"" + parameter.name + ".v") == std::string::npos, frozen[i]) << parameter.name;
      EXPECT_FALSE(parameter.value.grad().defined()) << parameter.name;
    }
  }
}

TEST_P(FrozenRun, AfterACrashEqualsTheStraightRun) {
  for (const auto& freeze : kLists) {
    const ModelOptions shape = cases::noisy_options("st_moe");
    const auto folder = folder_ / fmt::format("{}", fmt::join(freeze, "-"));
    T5Model straight(shape, 1), cut(shape, 1), resumed(shape, 99);
    train(straight, cases::RandomSource(23), options(freeze), cases::run_in(folder / "straight"));
    EXPECT_THROW(train(cut, cases::RandomSource(23, 4 * 2 + 1), options(freeze), cases::run_in(folder / "cut")),
                 std::runtime_error);
    train(resumed, cases::RandomSource(23), options(freeze), cases::run_in(folder / "cut"));
    EXPECT_TRUE(cases::same_bits(straight, resumed)) << folder;
    for (const char* name : {"model.safetensors", "train_state/optimizer.safetensors", "train_state/state.json"}) {
      EXPECT_TRUE(content_of(folder / "straight/checkpoints/step-6" / name) ==
                  content_of(folder / "cut/checkpoints/step-6" / name))
          << name;
    }
    EXPECT_EQ(cases::metrics_of(folder / "straight"), cases::metrics_of(folder / "cut"));
  }
}

// A model that was trained in part can be trained as a whole afterwards.
TEST_P(FrozenRun, NothingIsFrozenForTheNextRun) {
  const ModelOptions shape = tiny::options("switch");
  const T5Model model = tiny::stirred(shape), other = tiny::stirred(shape);
  const TrainStepper frozen(model, options({"moe"}), 5);
  EXPECT_FALSE(model.weights().decoder.blocks[1].moe.router.weight.requires_grad());
  TrainStepper whole(model, options({}), 5), same(other, options({}), 5);
  const TokenBatch batch = cases::random_batch(4, 23);
  EXPECT_EQ(whole.step(model, {batch}, 0).gradient_norm, same.step(other, {batch}, 0).gradient_norm);
  EXPECT_TRUE(cases::same_bits(model, other));
}

// The norm of all gradients is that of the parts together, and clipping sees the trained ones alone.
TEST(Freeze, TheNormIsThatOfTheTrained) {
  ModelOptions shape = tiny::options("gshard");
  shape.moe.second_train = SecondExpert::kAll;
  const TokenBatch batch = cases::random_batch(4, 23);
  const auto norm = [&](const std::vector<std::string>& freeze) {
    TrainOptions options;
    options.freeze = freeze;
    const T5Model model = tiny::stirred(shape);
    return TrainStepper(model, options, 5).step(model, {batch}, 0).gradient_norm;
  };
  const double all = norm({}), only_moe = norm({"dense_ffn", "rest"}), without_moe = norm({"moe"});
  EXPECT_NEAR(all * all, only_moe * only_moe + without_moe * without_moe, 1e-4 * all * all);
  EXPECT_GT(only_moe, 0.0);
  EXPECT_LT(without_moe, all);
}

}  // namespace
}  // namespace flanmoe
