// Drops on pre-training's text and on prompts, by hand.
#include "study/drops.h"

#include <gtest/gtest.h>

namespace flanmoe {
namespace {

struct Counted {
  int64_t tokens;
  double dropped, unchosen;
};

Json layer(const std::string& stack, double dropped, double unchosen, const std::vector<Counted>& classes) {
  Json rows = Json::array();
  for (const Counted& counted : classes)
    rows.push_back({{"class", "class " + std::to_string(rows.size())},
                    {"num_tokens", counted.tokens},
                    {"dropped_token_share", counted.dropped},
                    {"unchosen_token_share", counted.unchosen}});
  return {{"stack", stack},
          {"layer", 1},
          {"dropped_token_share", dropped},
          {"unchosen_token_share", unchosen},
          {"classes", rows}};
}

Json routing(const std::vector<Json>& layers) { return {{"num_texts", 3}, {"layers", layers}}; }

TEST(Drops, AreOfTheEncoder) {
  const Json decoder = layer("decoder", 0.9, 0.0, {});
  EXPECT_FALSE(drop_share(Json()).has_value());
  EXPECT_FALSE(drop_share(routing({decoder})).has_value());
  EXPECT_NEAR(*drop_share(routing({layer("encoder", 0.1, 0.0, {}), layer("encoder", 0.0, 0.2, {}), decoder})), 15.0,
              1e-9);  // unchosen tokens of expert choice count as dropped ones
}

// Weights are the corpus's tokens; the third class is not in the prompts, the fourth not in the corpus.
TEST(Drops, DistanceIsWeightedByTheCorpus) {
  const Json corpus = routing({layer("encoder", 0.1, 0.0, {{30, 0.1, 0.0}, {10, 0.0, 0.2}, {60, 0.5, 0.0}, {0, 0, 0}}),
                               layer("decoder", 0.1, 0.0, {{1, 0.0, 0.0}})});
  const Json prompts = routing({layer("encoder", 0.3, 0.0, {{5, 0.3, 0.0}, {80, 0.1, 0.0}, {0, 0, 0}, {7, 0.9, 0.0}}),
                                layer("decoder", 0.9, 0.0, {{1, 1.0, 0.0}})});
  EXPECT_NEAR(*drop_distance(prompts, corpus), (30 * 20.0 + 10 * 10.0) / 40.0, 1e-9);
  EXPECT_NEAR(*drop_distance(corpus, corpus), 0.0, 1e-12);
  EXPECT_FALSE(drop_distance(prompts, Json()).has_value());  // a cell of an older program
}

TEST(Drops, ByClassAreMeansOverSeeds) {
  StudyOptions options;
  options.seeds = {4, 2};
  ArmOptions arm;
  arm.name = "switch";
  arm.cells.fill("switch");
  CellResults results;
  for (const int64_t seed : options.seeds) {
    CellResult& before = results[cell_of(arm, seed, Phase::kPretrain)];
    before.corpus_routing = routing({layer("encoder", 0, 0, {{5, seed == 4 ? 0.2 : 0.4, 0.0}, {0, 0.0, 0.0}})});
    before.routing = routing({layer("encoder", 0, 0, {{seed == 4 ? 5 : 0, 0.5, 0.0}, {1, 0.0, 0.25}})});
    results[cell_of(arm, seed, Phase::kInstruct)].routing =
        routing({layer("encoder", 0, 0, {{5, 0.1, 0.0}, {1, 0.0, 0.75}})});
  }
  const Json rows = drops_json(options, arm, results);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]["class"], "class 0");
  EXPECT_NEAR(rows[0]["corpus"].get<double>(), 30.0, 1e-9);
  EXPECT_NEAR(rows[0]["pretrained"].get<double>(), 50.0, 1e-9);  // of the one seed that has such tokens
  EXPECT_NEAR(rows[0]["instructed"].get<double>(), 10.0, 1e-9);
  EXPECT_TRUE(rows[1]["corpus"].is_null());
  EXPECT_NEAR(rows[1]["instructed"].get<double>(), 75.0, 1e-9);
  results[cell_of(arm, 4, Phase::kPretrain)].corpus_routing = Json();
  EXPECT_TRUE(drops_json(options, arm, results).empty());
}

}  // namespace
}  // namespace flanmoe
