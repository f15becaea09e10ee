// Which tasks and rows a mixture holds, at what weights; every wrong choice is told by name.
#include "data/mixture/mixture_options.h"
#include "mixture_case.h"

namespace flanmoe {
namespace {

using cases::Mixture;
using cases::tells;

class MixtureTasks : public Mixture {
 protected:
  std::vector<std::string> names(const MixtureOptions& o) const {
    std::vector<std::string> result;
    for (const TaskSpec& spec : mixture_specs(o, folder_)) result.push_back(spec.name);
    return result;
  }
};
using Names = std::vector<std::string>;

TEST_F(MixtureTasks, PatternsChoose) {
  add_task("task1_a", "muffin", 2, "cluster: qa\nsource: web\n");
  add_task("task1_b", "muffin", 2, "cluster: story\nsource: web\n");
  add_task("task2_a", "cot", 2, "cluster: qa\nsource: books\n");
  MixtureOptions o = options();
  o.include = {"task1_*", "task?_a"};
  EXPECT_EQ(names(o), (Names{"task1_a", "task1_b", "task2_a"}));
  o.exclude = {"*_a"};
  EXPECT_EQ(names(o), (Names{"task1_b"}));
  o = options();
  o.clusters = {"qa"};
  EXPECT_EQ(names(o), (Names{"task1_a", "task2_a"}));
  o.sources = {"w*"};
  EXPECT_EQ(names(o), (Names{"task1_a"}));
  o.exclude = {"task1_a"};
  EXPECT_TRUE(tells(refusal(o), "empty"));
}

TEST_F(MixtureTasks, APatternThatMatchesNothingIsToldWithTheNearestName) {
  add_task("cot_gsm8k", "cot", 2, "cluster: reasoning\n");
  add_task("task1660_boolq", "niv2", 2, "cluster: qa\n");
  MixtureOptions o = options();
  o.exclude = {"cot_gsm8"};
  EXPECT_EQ(refusal(o),
            "'exclude' holds 'cot_gsm8', which none of the mixture's 2 tasks matches; did you mean 'cot_gsm8k'?");
  o.exclude = {"task1661_*"};
  EXPECT_TRUE(tells(refusal(o), "did you mean 'task1660_boolq'?"));
  o = options();
  o.include = {"somewhere_else"};
  EXPECT_TRUE(tells(refusal(o), "'include' holds 'somewhere_else'"));
  o = options();
  o.clusters = {"reasonin"};
  EXPECT_TRUE(
      tells(refusal(o),
            "'clusters' holds 'reasonin', which none of the mixture's 2 tasks matches; did you mean 'reasoning'?"));
  o = options();
  o.sources = {"web"};
  EXPECT_TRUE(tells(refusal(o), "'sources' holds 'web'"));
}

TEST_F(MixtureTasks, AnUnknownGroupIsTold) {
  add_task("a", "t0_sf", 2);
  MixtureOptions o = options();
  o.groups = {"t0_fs"};
  o.caps = {10};
  EXPECT_EQ(refusal(o),
            "'groups' names 't0_fs', but no task of the mixture is of that group; did you mean 't0_sf'? its groups are "
            "t0_sf");
}

TEST_F(MixtureTasks, FewerTasksArePartOfMore) {
  for (int i = 0; i < 24; ++i) add_task("t" + std::to_string(i), "niv2", 2);
  MixtureOptions o = options();
  std::set<std::string> smaller;
  for (const int64_t count : {1, 2, 10, 20, 24}) {
    o.num_tasks = count;
    const Names chosen = names(o);
    const std::set<std::string> larger(chosen.begin(), chosen.end());
    EXPECT_EQ(larger.size(), static_cast<size_t>(count));
    EXPECT_TRUE(std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end())) << count;
    smaller = larger;
  }
  o.num_tasks = 10;
  const Names ten = names(o);
  o.subset_seed = 2;
  EXPECT_NE(names(o), ten);
  // Another task in the mixture moves nobody: at most one of the ten makes room.
  o.subset_seed = 1;
  add_task("another", "niv2", 2);
  const Names now = names(o);
  Names kept;
  std::set_intersection(ten.begin(), ten.end(), now.begin(), now.end(), std::back_inserter(kept));
  EXPECT_GE(kept.size(), 9u);
  o.num_tasks = 26;
  EXPECT_EQ(refusal(o), "'num_tasks' is 26, but the mixture has 25 tasks");
}

TEST_F(MixtureTasks, TheFirstRowsOfEachTaskAreKept) {
  add_task("a", "g", 30);
  add_task("b", "g", 12);
  MixtureOptions o = options();
  const auto first_ids = [](const MixtureTask& task, size_t count) {
    EXPECT_EQ(task.rows.size(), count);
    for (size_t i = 0; i < task.rows.size(); ++i) EXPECT_EQ(task.rows[i].id, std::to_string(i));
  };
  for (const int64_t count : {1, 8, 12}) {
    o.max_rows = count;
    for (const MixtureTask& task : load_mixture(o, folder_)) first_ids(task, static_cast<size_t>(count));
    EXPECT_EQ(rates(o).at("a"), 0.5);
  }
  o.max_rows = 3;
  o.few_shot_share = 1.0;
  const MixtureStream stream(o, folder_, 3);
  for (uint64_t i = 0; i < 40; ++i) {
    for (const TaskRow* row : stream.draw(i).exemplars) EXPECT_LT(std::stoi(row->id), 3);
  }
}

TEST_F(MixtureTasks, MoreRowsThanATaskHasAreRefused) {
  add_task("a", "g", 30);
  add_task("b", "g", 12);
  MixtureOptions o = options();
  o.max_rows = 13;
  EXPECT_EQ(refusal(o), (folder_ / "b.yaml").string() +
                            ": 'max_rows' is 13, but task 'b' has 12 training rows; expected at most so many");
  o.include = {"a"};
  EXPECT_EQ(load_mixture(o, folder_).front().rows.size(), 13u);
  o.max_rows = 30;
  o.held_out_share = 0.3;
  EXPECT_TRUE(tells(refusal(o), " training rows besides those that are held out; expected"));
}

// What is held out for validation does not depend on how many rows are trained on.
TEST_F(MixtureTasks, RowsAreSetAsideBeforeTheFirstAreKept) {
  add_task("a", "g", 60);
  MixtureOptions o = options();
  o.held_out_share = 0.3;
  const auto ids = [&](bool held_out) {
    const std::vector<MixtureTask> tasks = load_mixture(o, folder_, {"train", held_out});
    Names result;
    for (const TaskRow& row : tasks.front().rows) result.push_back(row.id);
    return result;
  };
  const Names held_out = ids(true), trained = ids(false);
  o.max_rows = 10;
  EXPECT_EQ(ids(true), held_out);
  EXPECT_EQ(ids(false), Names(trained.begin(), trained.begin() + 10));
}

TEST_F(MixtureTasks, EvaluationTasksAreRefusedByName) {
  add_task("fine", "muffin", 2);
  add_task("exam", "heldout", 2);
  const std::string message = refusal(options());
  for (const char* part : {"exam.yaml", "'exam'", "evaluation only (held: out)", "'exclude'"})
    EXPECT_TRUE(tells(message, part));
  MixtureOptions o = options();
  o.exclude = {"exam"};
  EXPECT_EQ(names(o), Names{"fine"});
  o = options();
  o.include = {"exam"};
  EXPECT_TRUE(tells(refusal(o), "'exam'"));
}

TEST_F(MixtureTasks, FinetuningSetsGoAmongThemselves) {
  add_task("sick", "finetune", 2);
  add_task("pubmedqa", "niv2", 2, "held: never\n");
  EXPECT_EQ(names(options()).size(), 2u);
  add_task("fine", "muffin", 2);
  const std::string message = refusal(options());
  EXPECT_TRUE(tells(message, "'pubmedqa'"));
  EXPECT_TRUE(tells(message, "held: never"));
}

TEST_F(MixtureTasks, CapsHold) {
  add_task("a", "muffin", 40);
  add_task("b", "cot", 40, "max_examples: 3\n");
  MixtureOptions o = options();
  o.groups = {"muffin"};
  o.few_shot_share = 0.5;  // exemplars come from the same rows
  std::set<std::string> smaller;
  for (const int64_t cap : {5, 12, 40}) {
    o.caps = {cap};
    std::map<std::string, std::set<std::string>> used, shown;
    const MixtureStream stream(o, folder_, 3);
    for (uint64_t i = 0; i < 3000; ++i) {
      const MixtureDraw draw = stream.draw(i);
      used[draw.task->task.name].insert(draw.row->id);
      for (const TaskRow* exemplar : draw.exemplars) shown[draw.task->task.name].insert(exemplar->id);
    }
    EXPECT_EQ(used["a"].size(), static_cast<size_t>(cap));
    EXPECT_EQ(shown["a"], used["a"]);
    EXPECT_EQ(used["b"].size(), 3u);
    EXPECT_TRUE(std::includes(used["a"].begin(), used["a"].end(), smaller.begin(), smaller.end()));
    EXPECT_EQ(stream.tasks()[0].num_rows, 40);
    EXPECT_NEAR(stream.tasks()[0].rate, static_cast<double>(cap) / static_cast<double>(cap + 3), 1e-12);
    smaller = used["a"];
  }
}

TEST_F(MixtureTasks, TemperatureComesAfterTheCap) {
  add_task("a", "muffin", 50);
  add_task("b", "muffin", 4);
  MixtureOptions o = options();
  o.groups = {"muffin"};
  o.caps = {16};
  o.temperature = 2.0;
  EXPECT_NEAR(rates(o).at("a"), 4.0 / 6.0, 1e-12);  // sqrt(16) : sqrt(4)
  o.temperature = 1e9;
  EXPECT_NEAR(rates(o).at("a"), 0.5, 1e-6);
}

MixtureOptions with_rates(MixtureOptions o, const std::string& rates) {
  o.rates = parse_config(rates, "mixture.yaml");
  return o;
}

TEST_F(MixtureTasks, WrittenRatesAreInsideAGroup) {
  add_task("a_one", "muffin", 10);
  add_task("a_two", "muffin", 10);
  add_task("b", "muffin", 10);
  add_task("c", "cot", 10);
  MixtureOptions o = with_rates(options(), "a_one: 1\n\"a_*\": 3\nb: 0\n");
  o.groups = {"muffin", "cot"};
  o.proportions = {0.8, 0.2};
  const auto shares = rates(o);
  EXPECT_NEAR(shares.at("a_one"), 0.8 * 1.0 / 4.0, 1e-12);
  EXPECT_NEAR(shares.at("a_two"), 0.8 * 3.0 / 4.0, 1e-12);
  EXPECT_EQ(shares.at("b"), 0.0);
  EXPECT_NEAR(shares.at("c"), 0.2, 1e-12);
  for (const cases::Example& example : sampled(o, 3, 2000)) EXPECT_NE(example.task, "b");
}

TEST_F(MixtureTasks, WrongRatesAreTold) {
  add_task("alpha", "muffin", 10);
  add_task("beta", "cot", 10);
  EXPECT_EQ(refusal(with_rates(options(), "alpa: 2\n")),
            "mixture.yaml:1: 'rates' names 'alpa', which no task of the mixture matches; did you mean 'alpha'?");
  EXPECT_TRUE(
      tells(refusal(with_rates(options(), "alpha: -1\n")), "rate of 'alpha' is '-1', expected a number of 0 or more"));
  EXPECT_TRUE(tells(refusal(with_rates(options(), "alpha: much\n")), "'much'"));
  EXPECT_TRUE(tells(refusal(with_rates(options(), "alpha: inf\n")), "'inf'"));
  EXPECT_TRUE(tells(refusal(with_rates(options(), "alpha: 0\n")), "gives 0 to every task of group 'muffin'"));
}

TEST_F(MixtureTasks, ATaskWithoutRowsIsTold) {
  add_task("full", "muffin", 3);
  add_task("bare", "muffin", 0);
  const std::string message = refusal(options());
  EXPECT_TRUE(tells(message, "bare.jsonl"));
  EXPECT_TRUE(tells(message, "the file is empty"));
}

TEST_F(MixtureTasks, MalformedRowsStopOrAreSkipped) {
  add_task("a", "muffin", 3);
  put("a.jsonl", content_of(folder_ / "a.jsonl") + "{\"id\": \"9\", \"fields\"\n");
  EXPECT_TRUE(tells(refusal(options()), "a.jsonl:4"));
  MixtureOptions o = options();
  o.on_bad_row = OnBadRow::kSkip;
  EXPECT_EQ(load_mixture(o, folder_)[0].num_rows, 3);
}

TEST_F(MixtureTasks, PromptsThatDoNotFitTheRowsAreToldBeforeTheRunBegins) {
  put("a.jsonl",
      "{\"id\": \"7\", \"fields\": {\"q\": \"x\"}, \"options\": [\"u\", \"v\"], \"answers\": [\"u\"]}\n"
      "{\"id\": \"8\", \"fields\": {\"q\": \"y\"}, \"answers\": [\"w\"]}\n");
  const std::string head = "name: a\nformat: jsonl\nsplits: {train: a.jsonl}\ntemplates: [";
  put("a.yaml", head + "{input: \"{q} {options:letters}\", target: \"{marker}\"}]\n");
  EXPECT_TRUE(tells(refusal(options()), "row '8' is answered by the marker of an option"));
  put("a.yaml", head + "{input: \"{question}\"}]\n");
  EXPECT_TRUE(tells(refusal(options()), "names the field 'question', which row '7' does not have"));
  put("a.yaml", head + "{input: \"{answer}\", target: \"{q}\", inverted: true}]\n");
  EXPECT_TRUE(tells(refusal(options()), "all 'templates' of task 'a' are inverted"));
}

TEST_F(MixtureTasks, ContradictionsAreTold) {
  add_task("a", "muffin", 3);
  MixtureOptions o = options();
  o.max_shots = 0;
  o.styles.fs_opt = 1.0;
  EXPECT_TRUE(tells(refusal(o), "'max_shots' is 0"));
  o = options();
  o.few_shot_length = 129;
  EXPECT_TRUE(tells(refusal(o), "'few_shot_length' is 129, expected at most 'source_length', which is 128"));
  for (const char* wrong : {"styles: {zs_opt: -1}", "temperature: 0", "answers: all", "cot_few_shot_share: -0.5",
                            "inversion_share: 2", "num_tasks: -1", "few_shot_length: 129",
                            "{pack: true, length_window: 4}", "{max_shots: 0, styles: {fs_noopt: 1}}"}) {
    const std::string message = message_of<UserError>([&] {
      MixtureOptions loaded;
      load_options(parse_config(wrong, "m.yaml"), loaded);
    });
    EXPECT_TRUE(tells(message, "m.yaml:1")) << wrong;
  }
}

}  // namespace
}  // namespace flanmoe
