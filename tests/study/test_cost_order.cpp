// The order of speed: read from the rounds, ratios within a round, by hand.
#include "study/cost_order.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "study/arms.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

const std::string kStudy = R"(
model: {d_model: 16, d_kv: 4, num_heads: 3, d_ff: 24}
arms:
  dense: {label: Dense}
  few: {label: Few, model: {moe: {num_experts: 3}}}
  many: {label: Many, timed_experts: loop, model: {moe: {num_experts: 5}}}
)";

StudyOptions study(const std::string& more) {
  StudyOptions options;
  load_study_options(parse_config(kStudy + more, "study.yaml"), options);
  return options;
}

Json row(const std::string& arm, const std::vector<double>& train, const std::vector<double>& decode) {
  return {{"arm", arm},
          {"rounds",
           {{"train_tokens_per_second", train},
            {"eval_tokens_per_second", std::vector<double>(train.size(), 7.0)},
            {"decode_tokens_per_second", decode}}}};
}

// The machine is slow in the third round: ratios do not see it.
Json cost() {
  return {{"arms",
           {row("dense", {200, 210, 20, 200}, {30, 30, 30, 30}), row("few", {100, 100, 10, 100}, {60, 61, 60, 59}),
            row("many", {50, 51, 5, 50}, {59, 62, 60, 58})}}};
}

TEST(CostOrder, IsReadFromRatiosWithinRounds) {
  const StudyOptions options = study("cost_order: [dense, few, many]\n");
  const Json orders = cost_order_json(options, resolve_arms(options, 100), cost(), "cost.json");
  ASSERT_EQ(orders.size(), 3u);
  const Json &train = orders[0], &eval = orders[1], &decode = orders[2];
  EXPECT_EQ(train["what"], "train");
  EXPECT_EQ(train["answer"], "agrees");
  ASSERT_EQ(train["steps"].size(), 2u);
  EXPECT_EQ(train["steps"][0]["faster"], "dense");
  EXPECT_EQ(train["steps"][0]["slower"], "few");
  // ln 2, ln 2.1, ln 2, ln 2: mean ln 2 + a, a = ln 1.05 / 4, half 3.182 * 2a / 2
  const double a = std::log(1.05) / 4.0, half = 3.182446 * a;
  const Json& interval = train["steps"][0]["interval"];
  EXPECT_NEAR(interval["mean"].get<double>(), 100.0 * (2.0 * std::exp(a) - 1.0), 1e-6);
  EXPECT_NEAR(interval["low"].get<double>(), 100.0 * (2.0 * std::exp(a - half) - 1.0), 1e-3);
  EXPECT_NEAR(interval["high"].get<double>(), 100.0 * (2.0 * std::exp(a + half) - 1.0), 1e-3);
  EXPECT_EQ(interval["basis"], "95% t-interval over 4 rounds");
  EXPECT_TRUE(train["text"].get<std::string>().starts_with(
      "training agrees with the expected order: tokens per second of Dense over Few +102.5% ("))
      << train["text"];
  ASSERT_EQ(train["overheads"].size(), 2u);
  EXPECT_EQ(train["overheads"][1]["arm"], "many");
  EXPECT_NEAR(train["overheads"][1]["interval"]["mean"].get<double>(),
              100.0 * (4.0 * std::pow(1.05 / 1.02, 0.25) - 1.0), 1e-6);
  EXPECT_EQ(eval["answer"], "undecided");  // nothing differs
  EXPECT_NE(eval["text"].get<std::string>().find("does not decide the expected order"), std::string::npos);
  EXPECT_EQ(decode["answer"], "disagrees");  // the first step is surely the other way round
  EXPECT_TRUE(cost_order_json(study(""), {}, cost(), "cost.json").empty());
}

TEST(CostOrder, WhatIsMissingIsNamed) {
  const StudyOptions options = study("cost_order: [dense, few]\n");
  const auto arms = resolve_arms(options, 100);
  Json without = cost();
  without["arms"].erase(1);
  EXPECT_NE(message_of<RunError>([&] {
              cost_order_json(options, arms, without, "cost.json");
            }).find("cost.json has no arm 'few'"),
            std::string::npos);
}

TEST(CostOrder, MistakesAreNamed) {
  const auto refused = [](const std::string& more) {
    return message_of<UserError>([&] {
      const StudyOptions options = study(more);
      check_cost_order(options, resolve_arms(options, 100));
    });
  };
  EXPECT_NE(refused("cost_order: [dense, man]\n").find("'man', which is no arm of this study; did you mean 'many'?"),
            std::string::npos);
  EXPECT_NE(refused("cost_order: [dense, dense]\n").find("names 'dense' twice"), std::string::npos);
  EXPECT_NE(refused("cost_order: [dense]\n").find("expected two or more"), std::string::npos);
  EXPECT_NE(refused("cost_steps: 1\ncost_order: [dense, few]\n").find("'cost_steps' 1, expected 2"), std::string::npos);
  StudyOptions loop;
  load_study_options(parse_config("arms: {dense: {timed_experts: loop}}\n", "study.yaml"), loop);
  EXPECT_NE(message_of<UserError>([&] { resolve_arms(loop, 100); }).find("arm 'dense': 'timed_experts' is loop"),
            std::string::npos);
}

}  // namespace
}  // namespace flanmoe
