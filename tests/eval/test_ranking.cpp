// Ranking of options: five variants, what is scored, how often, and ties.
#include "eval/asking/ranking.h"

#include <cmath>

#include "base/error.h"
#include "data/render.h"
#include "decode/score.h"
#include "eval/scoring/judge.h"
#include "eval_case.h"

namespace flanmoe {
namespace {

class Ranking : public EvalTest {
 protected:
  static double alone(const T5Model& m, const TokenIds& source, const std::string& text, bool eos) {
    TokenIds target = cases::tokenizer().encode(text);
    if (eos) target.push_back(kEosId);
    return score_targets(m, {{source, {target}}})[0][0].log_probability;
  }
  std::vector<std::vector<OptionScore>> scores(const T5Model& m, const AskedTask& task) const {
    std::vector<EvalPrompt> made;
    for (const TaskRow& row : task.rows) made.push_back(make_prompt(task, row, cases::tokenizer()));
    std::vector<RankedItem> items;
    for (size_t i = 0; i < made.size(); ++i) items.push_back({&task.rows[i], &made[i]});
    return score_options(m, cases::tokenizer(), task.run, items);
  }
};

// Each option by itself, one pass each, and behind an empty prompt.
TEST_F(Ranking, VariantsAreThoseOfEachOptionAlone) {
  for (const char* arm : {"dense_v11", "gshard", "decoder_dense"}) {
    for (const bool eos : {true, false}) {
      const T5Model m = model(arm);
      EvalOptions o = options("task.yaml");
      o.score_eos = eos;
      const AskedTask task = asked(o);
      const auto found = scores(m, task);
      for (size_t i = 0; i < task.rows.size(); ++i) {
        const TokenIds source = make_prompt(task, task.rows[i], cases::tokenizer()).source;
        for (size_t option = 0; option < 4; ++option) {
          const std::string& text = task.rows[i].options[option];
          const double sum = alone(m, source, text, eos);
          const auto num_tokens = static_cast<double>(cases::tokenizer().encode(text).size() + (eos ? 1 : 0));
          EXPECT_EQ(found[i][option].text, text);
          EXPECT_NEAR(found[i][option].sum, sum, 1e-4) << arm << " " << i;
          EXPECT_NEAR(found[i][option].per_token, sum / num_tokens, 1e-4);
          EXPECT_NEAR(found[i][option].per_character, sum / static_cast<double>(text.size()), 1e-4);
          EXPECT_NEAR(found[i][option].unconditional, sum - alone(m, {kEosId}, text, eos), 1e-4);
        }
      }
    }
  }
}

TEST_F(Ranking, MarkersAreScoredWhereAPromptAnswersByThem) {
  put("marked.yaml",
      "name: marked\nformat: jsonl\nsplits: {test: test.jsonl}\n"
      "templates: [{input: \"{q} {options:letters}\", target: \"{marker}\"}]\n");
  const auto found = scores(model(), asked(options("marked.yaml")));
  for (const auto& item : found) {
    EXPECT_EQ(item[0].text, "(A)");
    EXPECT_EQ(item[3].text, "(D)");
  }
}

TEST(BestOption, OfEachVariantAndTheFirstOfEqualOnes) {
  const std::vector<OptionScore> options = {
      {"a", -4.0, -1.0, 3.0, -0.5, -0.4}, {"b", -3.0, -1.5, 2.0, -0.4, -0.5}, {"c", -3.0, -1.0, 3.5, -0.4, -0.4}};
  EXPECT_EQ(best_option(options, RankingScore::kSum), 1u);
  EXPECT_EQ(best_option(options, RankingScore::kPerToken), 0u);
  EXPECT_EQ(best_option(options, RankingScore::kUnconditional), 2u);
  EXPECT_EQ(best_option(options, RankingScore::kPerCharacter), 1u);
  EXPECT_EQ(best_option(options, RankingScore::kPerByte), 0u);
}

// As Python's len() counts: code points of the text, and bytes of its UTF-8.
TEST_F(Ranking, CharactersAndBytesOfTheText) {
  put("letters.jsonl",
      R"({"id": "1", "fields": {"q": "x"}, "options": ["bread é", "日本", "stone"], "answers": ["stone"]})"
      "\n");
  put("letters.yaml", "name: letters\nformat: jsonl\nsplits: {test: letters.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
  const auto found = scores(model(), asked(options("letters.yaml")))[0];
  EXPECT_DOUBLE_EQ(found[0].per_character, found[0].sum / 7.0);
  EXPECT_DOUBLE_EQ(found[0].per_byte, found[0].sum / 8.0);
  EXPECT_DOUBLE_EQ(found[1].per_character, found[1].sum / 2.0);
  EXPECT_DOUBLE_EQ(found[1].per_byte, found[1].sum / 6.0);
  EXPECT_DOUBLE_EQ(found[2].per_character, found[2].per_byte);
}

// Each variant has its own best option, so that an item is right by one and wrong by another.
TEST_F(Ranking, AnItemIsJudgedByEachVariant) {
  TaskRun run = asked(options("task.yaml")).run;
  TaskRow row;
  row.id = "1";
  row.options = {"a", "b", "c"};
  row.answers = {"c"};
  const std::vector<OptionScore> ranking = {
      {"a", -4.0, -1.0, 3.0, -0.5, -0.4}, {"b", -3.0, -1.5, 2.0, -0.4, -0.5}, {"c", -3.5, -1.0, 3.5, -0.3, -0.4}};
  const std::vector<std::pair<std::string, double>> expected = {
      {"sum", 0.0}, {"per_token", 0.0}, {"per_character", 1.0}, {"per_byte", 0.0}, {"unconditional", 1.0}};
  for (const auto& [name, score] : expected) {
    run.options.ranking = *value_named<RankingScore>(name);
    ItemResult item = open_item(run, row);
    judge_ranking(item, run, row, ranking);
    EXPECT_EQ(item.score, score) << name;
    ASSERT_EQ(item.ranked.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(item.ranked[i].ranking, expected[i].first);
      EXPECT_EQ(item.ranked[i].score, expected[i].second);
    }
  }
}

TEST(TiedOptions, AreOthersAsGoodOrOfTheSameIds) {
  const std::vector<OptionScore> options = {
      {"{", -1.0, -1.0, 0.0, -1.0, -1.0}, {"}}", -1.0, -1.0, 0.0, -0.5, -0.5, 0}, {"b", -1.0, -2.0, -3.0, -4.0, -5.0}};
  const std::vector<std::string> texts = {"{", "}}", "b"};
  EXPECT_EQ(tied_options(options, texts, 0, RankingScore::kSum), (std::vector<size_t>{1, 2}));
  EXPECT_EQ(tied_options(options, texts, 0, RankingScore::kPerToken), (std::vector<size_t>{1}));
  EXPECT_EQ(tied_options(options, texts, 1, RankingScore::kPerCharacter), (std::vector<size_t>{0}));
  EXPECT_EQ(tied_options(options, {"x", "x", "b"}, 0, RankingScore::kPerToken), std::vector<size_t>{});
}

// Two options that read alike: the place counts where a reader knows it, else the text.
TEST_F(Ranking, ThePlaceDecidesBetweenOptionsThatReadAlike) {
  const TaskRun run = asked(options("task.yaml")).run;
  TaskRow row;
  row.id = "1";
  row.options = {"same", "same"};
  row.answers = {"same"};
  ItemResult by_text = open_item(run, row), by_place = by_text;
  judge_ranking(by_text, run, row, {{"same", -1.0}, {"same", -2.0}});
  EXPECT_EQ(by_text.score, 1.0);
  row.right_option = 1;
  judge_ranking(by_place, run, row, {{"same", -1.0}, {"same", -2.0}});
  EXPECT_EQ(by_place.score, 0.0);
}

TEST_F(Ranking, AnOptionWithoutTokensIsNamed) {
  EvalOptions o = options("task.yaml");
  for (const bool score_eos : {false, true}) {  // with the end alone it would be ahead of every text
    o.score_eos = score_eos;
    AskedTask task = asked(o);
    task.rows[0].options = {"bread", " "};  // readers refuse such rows
    const std::string message = message_of<UserError>([&] { scores(model(), task); });
    for (const char* part : {"task 'one'", "option '", "has no token in this vocabulary"})
      EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace flanmoe
