// Ranking of options: three variants, what is scored, how often.
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
TEST_F(Ranking, ThreeVariantsAreThoseOfEachOptionAlone) {
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
  const std::vector<OptionScore> options = {{"a", -4.0, -1.0, 3.0}, {"b", -3.0, -1.5, 2.0}, {"c", -3.0, -1.0, 3.5}};
  EXPECT_EQ(best_option(options, RankingScore::kSum), 1u);
  EXPECT_EQ(best_option(options, RankingScore::kPerToken), 0u);
  EXPECT_EQ(best_option(options, RankingScore::kUnconditional), 2u);
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
  put("empty.jsonl", R"({"id": "1", "fields": {"q": "x"}, "options": ["bread", " "], "answers": ["bread"]})"
                     "\n");
  put("empty.yaml", "name: hollow\nformat: jsonl\nsplits: {test: empty.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
  EvalOptions o = options("empty.yaml");
  o.score_eos = false;
  const std::string message = message_of<UserError>([&] { scores(model(), asked(o)); });
  for (const char* part : {"task 'hollow'", "option '", "score_eos=true"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

}  // namespace
}  // namespace flanmoe
