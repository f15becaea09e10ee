// What form the examples of a mixture take: styles, chains of thought, inversion, separators, answers, readers.
#include <set>
#include <thread>

#include "data/mixture/mixture_options.h"
#include "data/mixture/mixture_stats.h"
#include "mixture_case.h"

namespace flanmoe {
namespace {

using cases::Example;
using cases::Mixture;
using cases::occurrences;

class MixtureStyles : public Mixture {
 protected:
  // Options shown or hidden, direct or reasoned, inverted or not.
  void add_choice_task(const std::string& name, int64_t num_rows) const {
    std::string rows;
    for (int64_t i = 0; i < num_rows; ++i) {
      const std::string n = std::to_string(i);
      rows += R"({"id": ")" + n + R"(", "fields": {"q": ")" + name + "-" + n +
              R"("}, "options": ["yes", "no"], "answers": ["no"], "rationale": "because )" + n + R"("})" + "\n";
    }
    put(name + ".jsonl", rows);
    put(name + ".yaml", "name: " + name + "\nformat: jsonl\nsplits: {train: " + name + R"(.jsonl}
templates:
  - {input: "ask {q}#"}
  - {input: "tell {q}# {options}"}
  - {input: "say {q}#"}
  - {input: "turned {answer}#", target: "{q}", inverted: true}
cot_templates:
  - {input: "why {q}#", target: "{rationale} so {answer}"}
  - {input: "what gives {rationale}#", target: "{q}", inverted: true}
)");
  }
  std::map<std::string, double> style_shares(const MixtureOptions& o) const {
    std::map<std::string, double> shares;
    for (const Example& example : sampled(o, 3, kDraws)) shares[example.style] += 1.0 / kDraws;
    return shares;
  }
  static constexpr uint64_t kDraws = 8000;
};

TEST_F(MixtureStyles, FollowTheirWeights) {
  add_choice_task("a", 20);
  MixtureOptions o = options();
  o.cot_share = 0.0;
  o.styles = {0.1, 0.2, 0.3, 0.4};
  const auto shares = style_shares(o);
  EXPECT_NEAR(shares.at("zs_opt"), 0.1, 0.02);
  EXPECT_NEAR(shares.at("zs_noopt"), 0.2, 0.02);
  EXPECT_NEAR(shares.at("fs_opt"), 0.3, 0.02);
  EXPECT_NEAR(shares.at("fs_noopt"), 0.4, 0.02);
  for (const Example& example : sampled(o, 3, 500)) {
    EXPECT_EQ(example.style.ends_with("_opt"), example.text.input.find("OPTIONS") != std::string::npos);
    EXPECT_EQ(example.style.starts_with("fs"), occurrences(example.text.input, "#") > 1) << example.text.input;
  }
  o.styles = {1.0, 0.0, 0.0, 1.0};  // shown without exemplars, hidden with them
  const auto two = style_shares(o);
  EXPECT_EQ(two.size(), 2u);
  EXPECT_NEAR(two.at("zs_opt"), 0.5, 0.02);
}

TEST_F(MixtureStyles, ATaskWithoutOptionsIsOneKind) {
  add_task("a", "muffin", 20);
  MixtureOptions o = options();
  o.styles = {0.5, 0.2, 0.1, 0.2};
  const auto shares = style_shares(o);
  EXPECT_EQ(shares.size(), 2u);
  EXPECT_NEAR(shares.at("zs_noopt"), 0.7, 0.02);
  EXPECT_NEAR(shares.at("fs_noopt"), 0.3, 0.02);
}

TEST_F(MixtureStyles, ByDefaultEveryTemplateThatIsNotInvertedIsEquallyLikely) {
  add_choice_task("a", 20);
  MixtureOptions o = options();
  o.cot_share = 0.0;
  std::map<size_t, double> prompts;
  for (const Example& example : sampled(o, 3, kDraws)) prompts[example.prompt] += 1.0 / kDraws;
  EXPECT_EQ(prompts.size(), 3u);
  for (const size_t prompt : {0, 1, 2}) EXPECT_NEAR(prompts[prompt], 1.0 / 3.0, 0.02);
}

TEST_F(MixtureStyles, ChainsOfThoughtHaveAShareOfExemplarsOfTheirOwn) {
  add_choice_task("a", 20);
  MixtureOptions o = options();
  o.cot_share = 0.4;
  o.few_shot_share = 0.2;
  o.cot_few_shot_share = 0.9;
  double chains = 0.0, chains_shown = 0.0, others_shown = 0.0;
  for (const Example& example : sampled(o, 3, kDraws)) {
    const bool chain = example.form.ends_with("cot"), shown = example.style.starts_with("fs");
    chains += chain ? 1.0 : 0.0;
    (chain ? chains_shown : others_shown) += shown ? 1.0 : 0.0;
    if (chain && shown) {
      EXPECT_EQ(occurrences(example.text.input, "because "), occurrences(example.text.input, "why ") - 1);
    }
  }
  EXPECT_NEAR(chains / kDraws, 0.4, 0.02);
  EXPECT_NEAR(chains_shown / chains, 0.9, 0.02);
  EXPECT_NEAR(others_shown / (kDraws - chains), 0.2, 0.02);
}

TEST_F(MixtureStyles, InvertedTemplatesAreDrawnByTheirShareAlone) {
  add_choice_task("a", 20);
  add_task("plain", "muffin", 20);
  MixtureOptions o = options();
  o.cot_share = 0.5;
  for (const double share : {0.0, 0.23}) {
    o.inversion_share = share;
    double of_task = 0.0, inverted = 0.0, reasoned = 0.0;
    for (const Example& example : sampled(o, 3, kDraws)) {
      const bool turned = example.text.target.starts_with("a-");
      EXPECT_EQ(turned, example.inverted);
      EXPECT_FALSE(turned && example.task == "plain");
      of_task += example.task == "a" ? 1.0 : 0.0;
      inverted += turned ? 1.0 : 0.0;
      reasoned += turned && example.form.ends_with("cot") ? 1.0 : 0.0;
    }
    EXPECT_NEAR(inverted / of_task, share, 0.02);
    EXPECT_NEAR(reasoned / of_task, share / 2.0, 0.02);
  }
}

TEST_F(MixtureStyles, OneSeparatorPerExample) {
  add_task("a", "muffin", 20);
  MixtureOptions o = options();
  o.few_shot_share = 1.0;
  o.max_shots = 4;
  o.separators = {" ~ ", "\n***\n"};
  std::map<bool, int> seen;
  for (const Example& example : sampled(o, 3, 400)) {
    const std::string& input = example.text.input;
    const int64_t exemplars = occurrences(input, "#") - 1, tildes = occurrences(input, " ~ "),
                  stars = occurrences(input, "\n***\n");
    EXPECT_TRUE((tildes == exemplars && stars == 0) || (stars == exemplars && tildes == 0)) << input;
    EXPECT_EQ(input.find("\n\n"), std::string::npos);
    ++seen[tildes > 0];
  }
  EXPECT_NEAR(seen[true], 200, 50);
}

TEST_F(MixtureStyles, OneOfTheAcceptedAnswersIsTheTarget) {
  put("a.jsonl", R"({"id": "1", "fields": {"q": "x"}, "answers": ["one", "uno", "eins"]})"
                 "\n");
  put("a.yaml", "name: a\nformat: jsonl\nsplits: {train: a.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
  MixtureOptions o = options();
  std::map<std::string, double> targets;
  for (const Example& example : sampled(o, 3, 300)) targets[example.text.target] += 1.0;
  EXPECT_EQ(targets, (std::map<std::string, double>{{"one", 300.0}}));
  o.answers = TargetAnswer::kRandom;
  targets.clear();
  for (const Example& example : sampled(o, 3, 3000)) targets[example.text.target] += 1.0;
  for (const char* answer : {"one", "uno", "eins"}) EXPECT_NEAR(targets[answer], 1000.0, 100.0) << answer;
}

TEST_F(MixtureStyles, AnAnswerAmongOptionsIsTheRightOne) {
  add_choice_task("a", 20);
  MixtureOptions o = options();
  o.cot_share = 0.0;
  o.answers = TargetAnswer::kRandom;
  for (const Example& example : sampled(o, 3, 200)) EXPECT_EQ(example.text.target, "no");
}

TEST_F(MixtureStyles, ALowerBudgetForExemplarsLeavesTheQueryRoom) {
  add_task("a", "muffin", 20);
  MixtureOptions o = options();
  o.few_shot_share = 1.0;
  o.max_shots = 6;
  o.source_length = 128;
  o.few_shot_length = 40;
  const Tokenizer& t = cases::tokenizer();
  const MixtureStream stream(o, folder_, 3);
  int64_t dropped = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    const MixtureDraw draw = stream.draw(i);
    const FittedExample fitted = fit_example(draw, o, t);
    MixtureDraw next = draw;  // with one exemplar more than was kept
    next.exemplars.resize(std::min(fitted.num_shots + 1, draw.exemplars.size()));
    EXPECT_TRUE(fitted.num_shots == 0 || fitted.tokens.source.size() <= 40u);
    EXPECT_TRUE(fitted.num_shots == draw.exemplars.size() || t.encode(text_of(next).input).size() + 1 > 40u);
    dropped += static_cast<int64_t>(draw.exemplars.size() - fitted.num_shots);
    EXPECT_FALSE(fitted.source_cut);
  }
  EXPECT_GT(dropped, 100);
}

// What the stream gives, read from the beginning by one.
std::vector<TokenIds> straight(const MixtureStream& stream, uint64_t count) {
  std::vector<TokenIds> sources;
  for (uint64_t i = 0; i < count; ++i)
    sources.push_back(fit_example(stream.draw(i), stream.options(), cases::tokenizer()).tokens.source);
  return sources;
}

MixtureOptions varied(MixtureOptions o) {
  o.styles = {1.0, 1.0, 1.0, 1.0};
  o.cot_few_shot_share = 0.5;
  o.inversion_share = 0.3;
  o.separators = {"\n", " ~ "};
  o.answers = TargetAnswer::kRandom;
  return o;
}

TEST_F(MixtureStyles, TheStreamIsTheSameForAnyNumberOfReaders) {
  add_choice_task("a", 20);
  add_task("b", "cot", 9);
  constexpr uint64_t kExamples = 240;
  const MixtureStream stream(varied(options()), folder_, 3);
  const auto expected = straight(stream, kExamples);
  for (const uint64_t num_readers : {1, 2, 4}) {
    std::vector<TokenIds> read(kExamples);
    std::vector<std::thread> readers;
    for (uint64_t r = 0; r < num_readers; ++r) {
      readers.emplace_back([&, r] {
        for (uint64_t i = r; i < kExamples; i += num_readers)
          read[i] = fit_example(stream.draw(i), stream.options(), cases::tokenizer()).tokens.source;
      });
    }
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(read, expected) << num_readers;
  }
}

TEST_F(MixtureStyles, TheStreamGoesOnFromAnyPosition) {
  add_choice_task("a", 20);
  add_task("b", "cot", 9);
  constexpr uint64_t kExamples = 300;
  const MixtureOptions o = varied(options());
  const auto expected = straight(MixtureStream(o, folder_, 3), kExamples);
  RandomStream positions(1, "positions");
  for (int resumed = 0; resumed < 100; ++resumed) {
    const uint64_t position = positions.below(kExamples - 3);
    const MixtureStream stream(o, folder_, 3);
    for (uint64_t i = position; i < position + 3; ++i)
      EXPECT_EQ(fit_example(stream.draw(i), o, cases::tokenizer()).tokens.source, expected[i]) << i;
  }
}

TEST_F(MixtureStyles, StatisticsAreSumsOverTheDraws) {
  add_choice_task("a", 20);
  add_task("b", "cot", 9);
  MixtureOptions o = varied(options());
  o.source_length = 40;
  o.target_length = 4;
  o.max_shots = 4;
  o.examples_per_batch = 10;
  const Tokenizer& t = cases::tokenizer();
  const MixtureStream stream(o, folder_, 3);
  const MixtureStats stats = mixture_stats(stream, &t, 500);
  ASSERT_EQ(stats.tasks.size(), 2u);
  DrawCounts counts;
  int64_t expected_sources = 0, expected_dropped = 0, expected_none = 0, expected_cut = 0, expected_unknown = 0;
  for (uint64_t i = 0; i < 500; ++i) {
    const MixtureDraw draw = stream.draw(i);
    if (draw.task->task.name != "b") continue;
    const FittedExample fitted = fit_example(draw, o, t);
    counts.draws += 1;
    expected_sources += static_cast<int64_t>(fitted.tokens.source.size());
    expected_dropped += static_cast<int64_t>(draw.exemplars.size() - fitted.num_shots);
    expected_none += !draw.exemplars.empty() && fitted.num_shots == 0 ? 1 : 0;
    expected_cut += t.encode(text_of(draw).target).size() > 3 ? 1 : 0;
    for (const TokenIds* ids : {&fitted.tokens.source, &fitted.tokens.target})
      for (const int32_t id : *ids) expected_unknown += id == kUnkId ? 1 : 0;
  }
  const TaskStats& b = stats.tasks[1];
  EXPECT_EQ(b.task, "b");
  EXPECT_EQ(b.counts.draws, counts.draws);
  EXPECT_EQ(b.counts.source_tokens, expected_sources);
  EXPECT_EQ(b.counts.exemplars_dropped, expected_dropped);
  EXPECT_EQ(b.counts.none_fitted, expected_none);
  EXPECT_EQ(b.counts.target_cut, expected_cut);
  EXPECT_EQ(b.counts.unknown, expected_unknown);
  EXPECT_GT(expected_dropped, 0);
  EXPECT_EQ(stats.groups.size(), 2u);
  int64_t draws = 0;
  for (const TaskStats& group : stats.groups) draws += group.counts.draws;
  EXPECT_EQ(draws, 500);
  EXPECT_GT(stats.source_fill, 0.3);
  EXPECT_LE(stats.source_fill, 1.0);
  const MixtureStats texts = mixture_stats(stream, nullptr, 500);
  EXPECT_FALSE(texts.has_tokens);
  EXPECT_EQ(texts.styles, stats.styles);
  EXPECT_EQ(texts.tasks[1].counts.source_tokens, 0);
}

}  // namespace
}  // namespace flanmoe
