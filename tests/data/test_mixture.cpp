// Mixtures: rates by hand, examples that follow the options, batches that are pure functions of the step.
#include "base/error.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/mixture_source.h"
#include "data/render.h"
#include "mixture_case.h"

namespace flanmoe {
namespace {

using cases::Example;
using cases::Mixture;
using cases::occurrences;

TEST_F(Mixture, RatesAreCappedSizes) {
  add_task("a", "muffin", 10);
  add_task("b", "muffin", 30);
  add_task("c", "cot", 9, "max_examples: 4\n");
  const auto plain = rates(options());  // 10 + 30 + 4
  EXPECT_NEAR(plain.at("a"), 10.0 / 44.0, 1e-12);
  EXPECT_NEAR(plain.at("b"), 30.0 / 44.0, 1e-12);
  EXPECT_NEAR(plain.at("c"), 4.0 / 44.0, 1e-12);
  MixtureOptions capped = options();
  capped.groups = {"muffin", "cot"};
  capped.caps = {20, 1000};
  const auto with_caps = rates(capped);  // 10 + 20 + 4
  EXPECT_NEAR(with_caps.at("a"), 10.0 / 34.0, 1e-12);
  EXPECT_NEAR(with_caps.at("b"), 20.0 / 34.0, 1e-12);
  EXPECT_NEAR(with_caps.at("c"), 4.0 / 34.0, 1e-12);
  EXPECT_EQ(load_mixture(capped, folder_)[1].num_rows, 30);
}

TEST_F(Mixture, ProportionsAreOfGroups) {
  add_task("a", "muffin", 10);
  add_task("b", "muffin", 30);
  add_task("c", "cot", 5);
  MixtureOptions o = options();
  o.groups = {"cot", "muffin"};
  o.proportions = {1.0, 3.0};  // shares need not sum to 1
  o.caps = {1000, 20};
  const auto with_shares = rates(o);
  EXPECT_NEAR(with_shares.at("a"), 0.25, 1e-12);  // 0.75 * 10 / 30
  EXPECT_NEAR(with_shares.at("b"), 0.5, 1e-12);
  EXPECT_NEAR(with_shares.at("c"), 0.25, 1e-12);
}

TEST_F(Mixture, DrawsFollowTheRates) {
  add_task("a", "muffin", 10);
  add_task("b", "muffin", 30);
  add_task("c", "cot", 5);
  MixtureOptions o = options();
  o.groups = {"muffin", "cot"};
  o.proportions = {0.8, 0.2};
  std::map<std::string, double> counts;
  const auto examples = sampled(o, 3, 6000);
  ASSERT_EQ(examples.size(), 6000u);
  for (const Example& example : examples) counts[example.task] += 1.0 / 6000.0;
  EXPECT_NEAR(counts["a"], 0.2, 0.02);
  EXPECT_NEAR(counts["b"], 0.6, 0.02);
  EXPECT_NEAR(counts["c"], 0.2, 0.02);
}

TEST_F(Mixture, SomeTasksAreLeftOut) {
  for (const char* name : {"exam_one", "exam_two", "other", "exam"}) add_task(name, "muffin", 3);
  MixtureOptions o = options();
  o.exclude = {"exam_*"};
  EXPECT_EQ(rates(o).size(), 2u);
  o.exclude = {"exam"};
  EXPECT_EQ(rates(o).size(), 3u);
  EXPECT_FALSE(rates(o).contains("exam"));
  o.exclude = {"*"};
  EXPECT_NE(message_of<UserError>([&] { rates(o); }).find("empty"), std::string::npos);
}

TEST_F(Mixture, WrongListsAreNamed) {
  add_task("a", "muffin", 3);
  MixtureOptions o = options();
  o.groups = {"muffin"};
  o.proportions = {0.5, 0.5};
  EXPECT_NE(message_of<UserError>([&] { rates(o); }).find("proportions"), std::string::npos);
  o.groups = {"cot"};
  o.proportions = {1.0};
  const std::string message = message_of<UserError>([&] { rates(o); });
  EXPECT_NE(message.find("muffin"), std::string::npos) << message;
  o.tasks = {};
  EXPECT_NE(message_of<UserError>([&] { rates(o); }).find("tasks"), std::string::npos);
}

TEST_F(Mixture, SharesOfFewShotAndChainOfThought) {
  const std::string cot = "cot_templates: [{input: \"why {q}#\", target: \"{rationale} so {answer}\"}]\n";
  add_task("plain", "muffin", 20);
  add_task("thinking", "muffin", 20, cot);
  MixtureOptions o = options();
  o.few_shot_share = 0.25;
  o.max_shots = 3;
  o.cot_share = 0.5;
  std::map<int64_t, double> shots;
  double thinking = 0.0, chains = 0.0;
  const auto examples = sampled(o, 5, 4000);
  for (const Example& example : examples) {
    const int64_t num_prompts = occurrences(example.text.input, "#");
    shots[num_prompts - 1] += 1.0 / 4000.0;
    const bool chain = example.text.target.starts_with("because ");
    EXPECT_EQ(chain, example.form.find("cot") != std::string::npos) << example.form;
    EXPECT_TRUE(!chain || example.task == "thinking");
    const std::string shown = num_prompts == 1 ? "zero-shot" : std::to_string(num_prompts - 1) + "-shot";
    EXPECT_NE(example.form.find(shown), std::string::npos) << example.form;
    thinking += example.task == "thinking" ? 1.0 : 0.0;
    chains += chain ? 1.0 : 0.0;
  }
  EXPECT_NEAR(shots[0], 0.75, 0.03);
  for (const int64_t count : {1, 2, 3}) EXPECT_NEAR(shots[count], 0.25 / 3.0, 0.02) << count;
  EXPECT_EQ(shots.size(), 4u);
  EXPECT_NEAR(chains / thinking, 0.5, 0.04);
}

TEST_F(Mixture, BatchesArePureFunctionsOfTheStep) {
  add_task("a", "muffin", 20);
  add_task("b", "cot", 7);
  for (const bool pack : {false, true}) {
    MixtureOptions o = options();
    o.pack = pack;
    const auto one = make_mixture_source(o, folder_, cases::tokenizer(), 3),
               two = make_mixture_source(o, folder_, cases::tokenizer(), 3);
    const auto other = make_mixture_source(o, folder_, cases::tokenizer(), 4);
    for (uint64_t step = 0; step < 5; ++step) one->batch(step);
    for (const uint64_t step : {9, 2, 1000000, 0}) EXPECT_TRUE(cases::same(one->batch(step), two->batch(step))) << step;
    EXPECT_FALSE(cases::same(one->batch(2), one->batch(3)));
    EXPECT_FALSE(cases::same(one->batch(2), other->batch(2)));
    EXPECT_FALSE(one->describe().empty());
  }
}

TEST_F(Mixture, BatchesHoldTheSampledTexts) {
  add_task("a", "muffin", 20);
  MixtureOptions o = options();
  o.few_shot_share = 0.0;
  o.source_length = 12;
  o.target_length = 3;
  const Tokenizer& t = cases::tokenizer();
  const auto texts = sampled(o, 3, 12);
  const auto source = make_mixture_source(o, folder_, t, 3);
  const auto cut = [](TokenIds ids, size_t length) {
    if (ids.size() > length - 1) ids.resize(length - 1);
    ids.push_back(kEosId);
    return cases::Row(ids.begin(), ids.end());
  };
  for (uint64_t step = 0; step < 2; ++step) {
    const TokenBatch batch = source->batch(step);
    ASSERT_EQ(batch.num_examples, 6);
    for (int64_t i = 0; i < 6; ++i) {
      const RenderedExample& text = texts[step * 6 + static_cast<uint64_t>(i)].text;
      EXPECT_EQ(cases::without_padding(cases::row_of(batch.source_ids, i)), cut(t.encode(text.input), 12));
      EXPECT_EQ(cases::without_padding(cases::row_of(batch.target_ids, i)), cut(t.encode(text.target), 3));
    }
  }
}

// Pearson's statistic of the draws against the rates; 27.9 is passed once in a thousand times with 9 degrees of
// freedom.
TEST_F(Mixture, DrawsPassAChiSquareTest) {
  for (int64_t i = 0; i < 10; ++i) add_task("t" + std::to_string(i), i < 4 ? "cot" : "niv2", 3 + 5 * i);
  MixtureOptions o = options();
  o.groups = {"cot", "niv2"};
  o.proportions = {0.3, 0.7};
  o.caps = {10, 30};
  constexpr int64_t kDraws = 5000;
  std::map<std::string, double> counts;
  for (const Example& example : sampled(o, 7, kDraws)) counts[example.task] += 1.0;
  double statistic = 0.0, sum = 0.0;
  for (const auto& [name, rate] : rates(o)) {
    const double expected = rate * kDraws;
    statistic += (counts[name] - expected) * (counts[name] - expected) / expected;
    sum += rate;
  }
  EXPECT_NEAR(sum, 1.0, 1e-12);
  EXPECT_LT(statistic, 27.9);
  EXPECT_GT(statistic, 0.5);  // draws, not quotas
}

TEST_F(Mixture, RowsOfATaskAreDrawnEvenly) {
  add_task("a", "muffin", 8);
  MixtureOptions o = options();
  o.few_shot_share = 0.0;
  std::map<std::string, double> targets;
  for (const Example& example : sampled(o, 7, 4000)) targets[example.text.target] += 1.0 / 4000;
  EXPECT_EQ(targets.size(), 8u);
  for (const auto& [target, share] : targets) EXPECT_NEAR(share, 1.0 / 8.0, 0.025) << target;
}

TEST_F(Mixture, PackedAndPaddedBatchesHoldTheSameExamples) {
  add_task("a", "muffin", 20);
  add_task("b", "cot", 7);
  MixtureOptions o = options();
  o.source_length = 50;
  o.examples_per_batch = 20;
  const auto padded = make_mixture_source(o, folder_, cases::tokenizer(), 3);
  o.pack = true;
  const auto packed = make_mixture_source(o, folder_, cases::tokenizer(), 3);
  using Pairs = std::vector<std::pair<cases::Row, cases::Row>>;
  const TokenBatch rows = padded->batch(1), bins = packed->batch(1);
  Pairs expected, found;
  for (int64_t i = 0; i < 20; ++i) {
    expected.emplace_back(cases::without_padding(cases::row_of(rows.source_ids, i)),
                          cases::without_padding(cases::row_of(rows.target_ids, i)));
  }
  const auto segment = [](const at::Tensor& ids, const at::Tensor& segments, int64_t row, int64_t number) {
    const cases::Row all = cases::row_of(ids, row), of = cases::row_of(segments, row);
    cases::Row result;
    for (size_t i = 0; i < all.size(); ++i) {
      if (of[i] == number) result.push_back(all[i]);
    }
    return result;
  };
  for (int64_t row = 0; row < bins.source_ids.size(0); ++row) {
    for (int64_t number = 1;; ++number) {
      const cases::Row source = segment(bins.source_ids, bins.source_segments, row, number);
      if (source.empty()) break;
      found.emplace_back(source, segment(bins.target_ids, bins.target_segments, row, number));
    }
  }
  EXPECT_EQ(found, expected);
  EXPECT_LT(bins.source_ids.size(0), 20);
  EXPECT_EQ(bins.num_source_tokens, rows.num_source_tokens);
  EXPECT_EQ(bins.num_examples, 20);
}

TEST_F(Mixture, SharesOfNothingAreNamed) {
  add_task("a", "muffin", 3);
  add_task("b", "cot", 3);
  MixtureOptions o = options();
  o.groups = {"muffin", "cot"};
  o.proportions = {0.0, 0.0};
  EXPECT_NE(message_of<UserError>([&] { rates(o); }).find("gives 0"), std::string::npos);
}

TEST_F(Mixture, ATaskMayNotStandTwice) {
  add_task("a", "muffin", 3);
  MixtureOptions o = options();
  o.tasks = {folder_.string(), (folder_ / "a.yaml").string()};
  const std::string message = message_of<UserError>([&] { rates(o); });
  EXPECT_NE(message.find("'a'"), std::string::npos) << message;
  EXPECT_NE(message.find("a.yaml"), std::string::npos) << message;
}

TEST_F(Mixture, RowsWithoutATrainSplitAreNamed) {
  put("a.jsonl", R"({"id": "1", "fields": {}, "answers": ["x"]})");
  put("a.yaml", "name: lonely\nformat: jsonl\nsplits: {test: a.jsonl}\ntemplates: [{input: ask}]\n");
  const std::string message = message_of<UserError>([&] { rates(options()); });
  for (const char* part : {"lonely", "train", "test"}) EXPECT_NE(message.find(part), std::string::npos) << message;
}

}  // namespace
}  // namespace flanmoe
