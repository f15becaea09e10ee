// The task files that ship with the project, on the real data: every file, every row, and nothing of an evaluation set
// in the mixture.
#include <algorithm>
#include <set>
#include <unordered_set>

#include "base/files.h"
#include "base/random.h"
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/render.h"
#include "data/task.h"
#include "data/task_paths.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

class RealTasks : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = std::filesystem::path(FLANMOE_SOURCE_DIR).parent_path() / "shared" / "data";
    if (!std::filesystem::is_directory(data_ / "niv2")) GTEST_SKIP() << "no real data in " << data_;
  }
  std::vector<TaskSpec> tasks(const std::string& file) const {
    return load_tasks(resolve_path("{home}/tasks/" + file, data_), data_);
  }

  static int64_t num_rows(const std::vector<TaskSpec>& specs, const std::string& split) {
    int64_t count = 0;
    for (const TaskSpec& spec : specs) {
      std::set<std::string> ids;
      for (const TaskRow& row : load_rows(spec, split)) {
        for (const auto* templates : {&spec.templates, &spec.cot_templates}) {
          for (const PromptTemplate& prompt : *templates) EXPECT_FALSE(render(prompt, spec, row).input.empty());
        }
        EXPECT_TRUE(ids.insert(row.id).second) << spec.name << " " << row.id;
        ++count;
      }
    }
    return count;
  }

  std::filesystem::path data_;
};

TEST_F(RealTasks, Mmlu) {
  const auto specs = tasks("eval/mmlu.yaml");
  ASSERT_EQ(specs.size(), 57u);
  EXPECT_EQ(num_rows(specs, "validation"), 1531);
  EXPECT_EQ(num_rows(specs, "dev"), 285);
  EXPECT_EQ(num_rows(specs, "test"), 14042);
}

TEST_F(RealTasks, Bbh) {
  const auto specs = tasks("eval/bbh.yaml");
  ASSERT_EQ(specs.size(), 27u);
  EXPECT_EQ(num_rows(specs, "test"), 6511);
  EXPECT_EQ(num_rows(specs, "dev"), 3 * 27);
  std::map<std::string, double> chance;
  int64_t num_free = 0;
  for (const TaskSpec& spec : specs) {
    chance[spec.name] = spec.chance;
    num_free += spec.chance == 0.0 ? 1 : 0;
  }
  for (const char* two :
       {"bbh_boolean_expressions", "bbh_navigate", "bbh_web_of_lies", "bbh_sports_understanding", "bbh_hyperbaton"}) {
    EXPECT_DOUBLE_EQ(chance.at(two), 50.0) << two;
  }
  EXPECT_NEAR(chance.at("bbh_logical_deduction_seven_objects"), 100.0 / 7.0, 1e-9);
  EXPECT_EQ(num_free, 4);  // brackets, arithmetic, counting, sorting
}

TEST_F(RealTasks, SuperNaturalInstructions) {
  const auto train = tasks("train/niv2.yaml"), heldout = tasks("eval/niv2.yaml");
  EXPECT_EQ(train.size(), 254u);
  EXPECT_EQ(heldout.size(), 73u);
  EXPECT_EQ(num_rows(heldout, "test"), 7284);
  std::set<std::string> categories;
  for (const TaskSpec& spec : heldout) {
    EXPECT_FALSE(spec.definition.empty()) << spec.name;
    categories.insert(spec.cluster);
  }
  EXPECT_EQ(categories.size(), 12u);
}

TEST_F(RealTasks, ChainsOfThoughtPromptsAndHeldIn) {
  EXPECT_EQ(num_rows(tasks("train/cot.yaml"), "train"), 33443);
  const auto prompts = tasks("train/p3.yaml");
  EXPECT_EQ(prompts.size(), 91u);
  EXPECT_EQ(num_rows(prompts, "train"), 18090);
  EXPECT_EQ(num_rows(tasks("eval/reasoning/strategyqa.yaml"), "test"), 229);
}

TEST_F(RealTasks, FinetuneSets) {
  const auto pubmedqa = tasks("eval/finetune/pubmedqa.yaml"), sick = tasks("eval/finetune/sick.yaml");
  EXPECT_EQ(num_rows(pubmedqa, "train"), 500);
  EXPECT_EQ(num_rows(pubmedqa, "test"), 500);
  std::map<std::string, int> decisions;
  for (const TaskRow& row : load_rows(pubmedqa[0], "test")) ++decisions[row.answers[0]];
  EXPECT_EQ(decisions, (std::map<std::string, int>{{"yes", 276}, {"no", 169}, {"maybe", 55}}));
  EXPECT_EQ(num_rows(sick, "train"), 4500);
  EXPECT_EQ(num_rows(sick, "validation"), 500);
  EXPECT_EQ(num_rows(sick, "test"), 4927);
}

// The mixture of the real study, as its preset names it.
MixtureOptions study_mixture(const std::filesystem::path& data) {
  MixtureOptions options;
  load_options(load_config(home_folder() / "configs/study/real.yaml").at("mixture"), options);
  for (std::string& path : options.tasks) path = resolve_path(path, data).string();
  return options;
}

TEST_F(RealTasks, TheMixtureHoldsNoEvaluationSet) {
  const auto table = load_mixture(study_mixture(data_), data_);
  EXPECT_EQ(table.size(), 254u - 11u + 91u + 7u);
  int64_t niv2_rows = 0;
  std::set<std::string> names;
  for (const MixtureTask& entry : table) {
    names.insert(entry.task.name);
    if (entry.task.group == "niv2") niv2_rows += entry.num_rows;
    for (const auto& [split, file] : entry.task.splits) {
      const std::string inside = std::filesystem::path(file).lexically_relative(data_).string();
      const bool training =
          inside.starts_with("niv2/train/") || inside.starts_with("cot/") || inside.starts_with("p3/");
      EXPECT_TRUE(training) << file;
    }
  }
  EXPECT_GT(niv2_rows, 80000);
  for (const char* overlapping :
       {"task275_enhanced_wsc_paraphrase_generation", "task276_enhanced_wsc_classification"}) {
    EXPECT_FALSE(names.contains(overlapping)) << overlapping;
  }
}

// Every run of 13 words, lower case, letters and digits only, as a hash of its words' hashes.
std::vector<uint64_t> windows_of(const std::string& text) {
  constexpr size_t kWindow = 13;
  std::vector<uint64_t> words, windows;
  std::string word;
  for (const char c : text + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!word.empty()) {
      words.push_back(hash_text(word));
      word.clear();
    }
  }
  for (size_t i = 0; i + kWindow <= words.size(); ++i) {
    uint64_t window = 0;
    for (size_t j = i; j < i + kWindow; ++j) window = stream_key(window, "", words[j]);
    windows.push_back(window);
  }
  return windows;
}

using Windows = std::unordered_set<uint64_t>;

int64_t num_shared(const Windows& heldout, const std::string& text) {
  int64_t count = 0;
  for (const uint64_t window : windows_of(text)) count += heldout.contains(window) ? 1 : 0;
  return count;
}

TEST_F(RealTasks, NoHeldOutInputSharesThirteenWordsWithATrainingTask) {
  Windows heldout;
  for (const auto& [file, field] : {std::pair{"eval/niv2.yaml", "input"}, {"eval/mmlu.yaml", "question"}}) {
    for (const TaskSpec& spec : tasks(file)) {
      for (const TaskRow& row : load_rows(spec, spec.eval.split)) {
        for (const uint64_t window : windows_of(row.fields.at(field))) heldout.insert(window);
      }
    }
  }
  ASSERT_GT(heldout.size(), 100000u);
  const std::vector<std::string> excluded = study_mixture(data_).exclude;
  int64_t shared_by_excluded = 0;
  for (const TaskSpec& spec : tasks("train/niv2.yaml")) {
    int64_t shared = 0;
    for (const TaskRow& row : load_rows(spec, "train")) {
      shared += num_shared(heldout, row.fields.at("input"));
      for (const std::string& answer : row.answers) shared += num_shared(heldout, answer);
    }
    const bool is_excluded = std::any_of(excluded.begin(), excluded.end(), [&spec](const std::string& pattern) {
      return spec.name.starts_with(pattern.substr(0, pattern.size() - 1));
    });
    if (is_excluded) {
      shared_by_excluded += shared;
    } else {
      EXPECT_EQ(shared, 0) << spec.name;
    }
  }
  EXPECT_GT(shared_by_excluded, 100);  // the search does find what is left out
}

}  // namespace
}  // namespace flanmoe
