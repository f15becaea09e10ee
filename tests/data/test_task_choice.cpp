// Of tasks that nobody chose no data file is looked at.
#include "data/mixture/mixture.h"
#include "data/mixture/name_pattern.h"
#include "data/task_paths.h"
#include "mixture_case.h"

namespace flanmoe {
namespace {

using cases::Mixture;
using cases::tells;
using Names = std::vector<std::string>;

TEST(NamePatterns, MeetWhereANameMatchesBoth) {
  EXPECT_TRUE(patterns_meet("mmlu_*", "mmlu_law"));
  EXPECT_TRUE(patterns_meet("mmlu_*", "*_law"));
  EXPECT_TRUE(patterns_meet("*", ""));
  EXPECT_TRUE(patterns_meet("a?c*", "*d"));
  EXPECT_TRUE(patterns_meet("same", "same"));
  EXPECT_FALSE(patterns_meet("mmlu_*", "arc_easy"));
  EXPECT_FALSE(patterns_meet("mmlu_*", "mml"));
  EXPECT_FALSE(patterns_meet("a*b", "a*c"));
  EXPECT_FALSE(patterns_meet("?", ""));
}

TEST(NamePatterns, WantWhatTheyName) {
  const Names names = {"arc", "boolq", "task1_*", "*"};
  EXPECT_EQ(wanted_names(names, {"arc"}), (std::vector<bool>{true, false, false, false}));  // it is there
  EXPECT_EQ(wanted_names(names, {"task1_x"}), (std::vector<bool>{false, false, true, true}));
  EXPECT_EQ(wanted_names(names, {"b*"}), (std::vector<bool>{false, true, false, true}));
  EXPECT_EQ(wanted_names({"arc", "boolq"}, {"x"}), (std::vector<bool>{false, false}));
}

class Choice : public Mixture {
 protected:
  // Task "a" is there; "b" counts the options of a file that is not, "c_*" is a pattern in a folder that is not.
  void put_tasks() const {
    add_task("a", "muffin", 3);
    put("b.yaml",
        "name: b\ngroup: muffin\nformat: jsonl\nsplits: {train: gone.jsonl}\nchance_of_options: true\n"
        "templates: [{input: \"{q}\"}]\n");
    put("c.yaml",
        "each: \"none/*.json\"\nname: \"c_{each}\"\ngroup: muffin\nformat: niv2\n"
        "splits: {train: \"none/{each}.json\"}\ntemplates: [{input: \"{input}\"}]\n");
  }
  MixtureOptions only(const Names& include, const Names& exclude = {}) const {
    MixtureOptions o = options();
    o.include = include;
    o.exclude = exclude;
    return o;
  }
  std::string missing(const MixtureOptions& o) const {
    return message_of<MissingFile>([&] { mixture_specs(o, folder_); });
  }
};

TEST_F(Choice, TasksAreListedBeforeTheirFilesAreOpened) {
  put_tasks();
  const std::vector<ListedTask> listed = list_tasks(folder_, folder_);
  ASSERT_EQ(listed.size(), 3u);
  EXPECT_EQ(opened_task(listed[0]).name, "a");
  EXPECT_TRUE(listed[0].missing.empty());
  EXPECT_TRUE(tells(message_of<MissingFile>([&] { opened_task(listed[1]); }), "gone.jsonl"));
  EXPECT_EQ(listed[2].spec.name, "c_*");
  EXPECT_TRUE(tells(message_of<MissingFile>([&] { opened_task(listed[2]); }), "no such folder"));
}

TEST_F(Choice, AMixtureOpensTheFilesOfItsTasks) {
  put_tasks();
  EXPECT_EQ(mixture_specs(only({"a"}), folder_).size(), 1u);
  EXPECT_EQ(mixture_specs(only({}, {"b", "c_*"}), folder_).size(), 1u);
  EXPECT_TRUE(tells(missing(only({"a", "b"})), "gone.jsonl"));
  EXPECT_TRUE(tells(missing(only({"c_1"})), "no such folder"));
  EXPECT_TRUE(tells(missing(only({})), "gone.jsonl"));
  EXPECT_TRUE(tells(refusal(only({"x"})), "none of the mixture's 3 tasks matches"));
}

TEST_F(Choice, GroupsWithoutTheirNumberNameFileAndLine) {
  const auto refused = [&](const std::string& yaml) {
    const auto file = put("mix.yml", "tasks: [x]\ngroups: [muffin, cot]\n" + yaml);
    MixtureOptions o;
    return message_of<UserError>([&] { load_options(load_config(file), o); });
  };
  EXPECT_TRUE(
      tells(refused("caps: [5]\n"), "mix.yml:3: 'caps' is [5], expected none, or one entry for each of 'groups'"));
  EXPECT_TRUE(tells(refused("proportions: [1, 2, 3]\n"), "mix.yml:3: 'proportions' is [1, 2, 3]"));
  EXPECT_TRUE(
      tells(refused("proportions: [-0.5, 1]\n"), "mix.yml:3: 'proportions' is [-0.5, 1], expected numbers of 0"));
  EXPECT_TRUE(tells(refused("caps: [0, 5]\n"), "mix.yml:3: 'caps' is [0, 5], expected numbers of 1 or more"));
}

TEST_F(Choice, ADataFolderMayHaveAStarInItsName) {
  const auto folder = folder_ / "a*b";
  std::filesystem::create_directories(folder);
  for (const char* name : {"x_1.csv", "x_2.csv"}) std::ofstream(folder / name) << "q,answer\na,b\n";
  EXPECT_EQ(matching_files(folder / "x_*.csv", "here").size(), 2u);
  EXPECT_EQ(matching_files(folder / "x_1.csv", "here").size(), 1u);
  EXPECT_TRUE(tells(message_of<UserError>([&] { matching_files(folder_ / "c*" / "x.csv", "here"); }), "at most one *"));
}

// Rows of one question: each would give away the other's answer.
TEST_F(Choice, AnExemplarThatReadsLikeTheQueryIsNotShown) {
  put("a.jsonl", R"({"id": "1", "fields": {"q": "same"}, "answers": ["x"]})"
                 "\n"
                 R"({"id": "2", "fields": {"q": "same"}, "answers": ["y"]})"
                 "\n"
                 R"({"id": "3", "fields": {"q": "other"}, "answers": ["z"]})"
                 "\n");
  put("a.yaml", "name: a\ngroup: muffin\nformat: jsonl\nsplits: {train: a.jsonl}\ntemplates: [{input: \"{q}#\"}]\n");
  MixtureOptions o = options();
  o.few_shot_share = 1.0;
  o.max_shots = 3;
  int64_t with_exemplars = 0;
  for (const cases::Example& example : sampled(o, 3, 200)) {
    EXPECT_LE(cases::occurrences(example.text.input, "same#"), example.text.input.ends_with("same#") ? 1 : 2);
    with_exemplars += cases::occurrences(example.text.input, "#") > 1;
  }
  EXPECT_GT(with_exemplars, 50);
}

}  // namespace
}  // namespace flanmoe
