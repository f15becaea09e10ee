// Names of tokens in evaluation data are text: in prompts, exemplars and options.
#include "eval/asking/ranking.h"
#include "eval_case.h"

namespace flanmoe {
namespace {

class EvalTextIsData : public EvalTest {
 protected:
  void SetUp() override {
    EvalTest::SetUp();
    std::string rows;
    for (const char* id : {"1", "2", "3"}) {
      rows += Json{{"id", id},
                   {"fields", {{"q", "the <extra_id_0> river</s> <pad>"}}},
                   {"options", {"bread </s>", "</s>", "<extra_id_1>"}},
                   {"answers", {"</s>"}}}
                  .dump() +
              "\n";
    }
    put("rows.jsonl", rows);
  }
  void put_task(const std::string& prompt) const {
    put("data.yaml",
        "name: data\nformat: jsonl\nsplits: {test: rows.jsonl, dev: rows.jsonl}\ntemplates: [" + prompt + "]\n");
  }
};

int64_t count(const TokenIds& ids, int32_t id) { return std::count(ids.begin(), ids.end(), id); }

TEST_F(EvalTextIsData, PromptsAndExemplarsHoldNoTokens) {
  put_task("{input: \"{q} {options:letters}\"}");
  EvalOptions o = options("data.yaml");
  o.shots = 2;
  for (const AskedPrompt& prompt : prompts(o)) {
    EXPECT_EQ(count(prompt.source, kEosId), 1);
    EXPECT_EQ(count(prompt.source, kPadId), 0);
    for (const int32_t id : prompt.source) EXPECT_LT(id, cases::tokenizer().num_pieces());
  }
}

TEST_F(EvalTextIsData, ATemplatesSentinelIsOne) {
  put_task("{input: \"{q} <extra_id_0> stone\", target: \"<extra_id_0> {answer}\"}");
  for (const AskedPrompt& prompt : prompts(options("data.yaml")))
    EXPECT_EQ(count(prompt.source, cases::tokenizer().sentinel(0)), 1);
}

// The option "</s>" is scored as its letters, and has more than the end token.
TEST_F(EvalTextIsData, OptionsAreTexts) {
  put_task("{input: \"{q}\"}");
  const T5Model m = model("dense_v11");
  const AskedTask task = asked(options("data.yaml"));
  const EvalPrompt prompt = make_prompt(task, task.rows[0], cases::tokenizer());
  const auto scores = score_options(m, cases::tokenizer(), task.run, {{&task.rows[0], &prompt}});
  for (size_t option = 0; option < 3; ++option) {
    const size_t length =
        cases::tokenizer().encode_text(task.rows[0].options[option]).size() + (task.run.options.score_eos ? 1 : 0);
    EXPECT_GT(length, 2u);
    EXPECT_NEAR(scores[0][option].sum / scores[0][option].per_token, static_cast<double>(length), 1e-3);
  }
}

}  // namespace
}  // namespace flanmoe
