// Names of tokens in data are text: in a corpus, in rows and options, in exemplars; a template's own words are not
// data.
#include "base/json.h"
#include "data/batch_source.h"
#include "data/corpus.h"
#include "data/mixture/mixture_source.h"
#include "mixture_case.h"

namespace flanmoe {
namespace {

using cases::Mixture;

bool holds(const TokenIds& ids, int32_t id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

class TextIsData : public Mixture {
 protected:
  static const Tokenizer& t() { return cases::tokenizer(); }
  // One task with three rows of this field, a number behind it if asked, and answer: exemplars read otherwise.
  void put_task(const std::string& templates, const std::string& field, const std::string& answer,
                bool numbered = false) const {
    std::string rows;
    for (const char* id : {"1", "2", "3"})
      rows += Json{{"id", id}, {"fields", {{"q", numbered ? field + " " + id : field}}}, {"answers", {answer}}}.dump() +
              "\n";
    put("a.jsonl", rows);
    put("a.yaml", "name: a\ngroup: muffin\nformat: jsonl\nsplits: {train: a.jsonl}\ntemplates: " + templates + "\n");
  }
  TokenPair drawn(double few_shot_share = 0.0) const {
    MixtureOptions o = options();
    o.few_shot_share = few_shot_share;
    o.source_length = 400;
    o.target_length = 100;
    const MixtureStream stream(o, folder_, 1);
    return fit_example(stream.draw(0), o, t()).tokens;
  }
};

TEST_F(TextIsData, ATargetDoesNotEndInItsMiddle) {
  put_task("[{input: \"{q}\"}]", "the <extra_id_0> river <pad> <unk>", "Use </s> here");
  const TokenPair pair = drawn();
  TokenIds body(pair.target.begin(), pair.target.end() - 1);
  EXPECT_FALSE(holds(body, kEosId));
  EXPECT_EQ(pair.target.back(), kEosId);
  EXPECT_EQ(body, t().encode_text("Use </s> here"));
  EXPECT_FALSE(holds(pair.source, t().sentinel(0)));
  EXPECT_FALSE(holds(pair.source, kPadId));
}

TEST_F(TextIsData, ATemplatesOwnTokensAreTokens) {
  put_task("[{input: \"{q} <extra_id_0> stone\", target: \"<extra_id_0> {answer} <extra_id_1>\"}]",
           "the <extra_id_0> river", "bread </s> <extra_id_1>", true);
  for (const double few_shot : {0.0, 1.0}) {
    const TokenPair pair = drawn(few_shot);
    const auto sentinels = std::count(pair.source.begin(), pair.source.end(), t().sentinel(0));
    EXPECT_EQ(sentinels, few_shot == 0.0 ? 1 : sentinels);
    EXPECT_GE(sentinels, few_shot == 0.0 ? 1 : 3);  // two in each exemplar, one in the query
    EXPECT_EQ(sentinels % 2, 1);
    EXPECT_EQ(pair.target.front(), t().sentinel(0));
    EXPECT_EQ(std::count(pair.target.begin(), pair.target.end(), t().sentinel(1)), 1);
    EXPECT_EQ(std::count(pair.target.begin(), pair.target.end(), kEosId), 1);
    EXPECT_EQ(std::count(pair.source.begin(), pair.source.end(), kEosId), 1);
  }
}

TEST_F(TextIsData, ATemplateWithTokensIsToldOf) {
  put_task("[{input: \"{q} <extra_id_0>\"}, {input: \"{q}\"}]", "the river", "bread");
  testing::internal::CaptureStderr();
  load_mixture(options(), folder_);
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(cases::tells(told, "task 'a': 1 of its templates holds names of tokens"));
  put_task("[{input: \"{q}\"}]", "the <extra_id_0>", "</s>");
  testing::internal::CaptureStderr();
  load_mixture(options(), folder_);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(TextIsData, AnEvaluationFormWithTokensIsToldOf) {
  const auto told = [&](const std::string& form) {
    put_task("[{input: \"{q}\"}]\neval: " + form, "the river", "bread");
    testing::internal::CaptureStderr();
    load_tasks(folder_ / "a.yaml", folder_);
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(told("{header: \"Read.\"}"), "");
  for (const std::string form : {"{header: \"Read <pad>.\"}", "{separator: \"</s>\"}", "{input: \"{q} <extra_id_0>\"}",
                                 "{cot_input: \"why {q}\", cot_target: \"<extra_id_0> {answer}\"}"})
    EXPECT_TRUE(cases::tells(told(form), "task 'a': 1 of its templates holds names of tokens")) << form;
  put_task("[{input: \"{q} <extra_id_0>\"}]", "the river", "bread");  // asked as it is tuned on: one template
  testing::internal::CaptureStderr();
  load_tasks(folder_ / "a.yaml", folder_);
  EXPECT_TRUE(cases::tells(testing::internal::GetCapturedStderr(), "1 of its templates holds"));
}

TEST_F(TextIsData, FieldsThatMeetDoNotMakeAToken) {
  put_task("[{input: \"<extra_id_{q}>\"}]", "0", "bread");
  EXPECT_FALSE(holds(drawn().source, t().sentinel(0)));
}

TEST_F(TextIsData, ACorpusHoldsNoTokens) {
  std::string lines;
  const std::string text = "the river </s> runs past <extra_id_0> quiet <pad> towns of stone";
  for (int i = 0; i < 8; ++i) {
    Json document = {{"text", text}};
    if (i % 2 == 1) document["spans"] = {{4, 9}};  // marked spans are found by offsets
    lines += document.dump() + "\n";
  }
  put("c.jsonl", lines);
  CorpusOptions o;
  o.files = {(folder_ / "c.jsonl").string()};
  o.source_length = 120;
  o.rows_per_batch = 4;
  o.objective = Objective::kPrefixLm;  // nothing is masked
  const TokenBatch batch = make_corpus_source(o, t(), 1)->batch(0);
  for (int64_t row = 0; row < 4; ++row) {
    for (const at::Tensor& ids : {batch.source_ids, batch.target_ids}) {
      const cases::Row whole = cases::row_of(ids, row), real = cases::without_padding(whole);
      EXPECT_EQ(std::count(real.begin(), real.end(), kEosId), 1);
      EXPECT_EQ(real.back(), kEosId);
      for (const int64_t id : real) EXPECT_LT(id, t().num_pieces());
    }
  }
}

}  // namespace
}  // namespace flanmoe
