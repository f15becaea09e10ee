#include "answering/answer_json.h"

#include "session_case.h"

namespace flanmoe {
namespace {

const float kHalf = -0.5f, kQuarter = -0.25f, kEighth = -0.125f;

Json token(int32_t id, float log_probability) {
  return {{"id", id}, {"piece", cases::tokenizer().piece(id)}, {"log_probability", log_probability}};
}

TEST(AnswerJson, TellsTextScoresAndTokensInThisOrder) {
  const cases::Opened opened("switch");
  const TokenIds ids = {cases::tokenizer().encode("river").at(0), cases::tokenizer().sentinel(0)};
  const Json expected = {{"text", cases::tokenizer().decode(ids)},
                         {"score", -2.0},
                         {"log_probability", -0.75},
                         {"ended", false},
                         {"tokens", {token(ids[0], kHalf), token(ids[1], kQuarter)}}};
  EXPECT_EQ(answer_json(opened.session(), {ids, {kHalf, kQuarter}, -0.75, -2.0, false}).dump(), expected.dump());
}

TEST(AnswerJson, EndsWithTheEndTokenThatAnAnswerEndedBy) {
  const cases::Opened opened("switch");
  const TokenIds ids = {cases::tokenizer().encode("river").at(0)};
  const Json json = answer_json(opened.session(), {ids, {kHalf, kEighth}, -0.625, -0.625, true});
  EXPECT_EQ(json.at("tokens"), (Json{token(ids[0], kHalf), token(kEosId, kEighth)}));
  EXPECT_EQ(json.at("tokens")[1].at("piece"), "</s>");
  EXPECT_EQ(json.at("ended"), true);
}

TEST(AnswerJson, HasNoTokensWhereOnlyIdsWereAskedFor) {
  const cases::Opened opened("switch");
  const Json json = answer_json(opened.session(), {cases::tokenizer().encode("river"), {}, 0.0, 0.0, true});
  EXPECT_EQ(json.at("tokens"), Json::array());
  EXPECT_EQ(json.at("text"), "river");
}

TEST(AnswerJson, CutsTheTextAtAStopTextAndKeepsTheTokens) {
  cases::Opened opened("switch");
  opened.options.stop = {"runs"};
  const TokenIds ids = cases::tokenizer().encode("the river runs");
  const Json json = answer_json(opened.session(), {ids, std::vector<float>(ids.size(), kHalf), -1.0, -1.0, true});
  EXPECT_EQ(json.at("text"), "the river ");
  EXPECT_EQ(json.at("tokens").size(), ids.size());
}

}  // namespace
}  // namespace flanmoe
