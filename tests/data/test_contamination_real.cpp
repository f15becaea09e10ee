// The overlaps that the list of sources of the real data names, found again.
#include <set>

#include "base/files.h"
#include "data/documents.h"
#include "data/overlap/checked_texts.h"
#include "data/overlap/contamination.h"
#include "data/task_paths.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

// What was found under a name -> the evaluation rows.
using Findings = std::map<std::string, std::set<std::string>>;

std::map<std::string, size_t> sizes_of(const Findings& findings) {
  std::map<std::string, size_t> sizes;
  for (const auto& [name, rows] : findings) sizes[name] = rows.size();
  return sizes;
}

std::string row_of(const OverlapPair& pair) { return pair.task + " " + pair.split + " " + pair.id; }

// Sets of many tasks stand together.
std::string set_of(const std::string& task) {
  if (task.starts_with("task")) return "niv2";
  for (const char* set : {"mmlu", "bbh", "p3", "cot"}) {
    if (task.starts_with(set)) return set;
  }
  return task;
}

// "SET SPLIT KIND", and for held-out NIV2 the set where it was found.
void note(Findings& findings, const OverlapPair& pair) {
  const std::string set = set_of(pair.task);
  const std::string name = fmt::format("{} {} {}", set, pair.split, name_of(pair.kind));
  findings[name].insert(row_of(pair));
  if (set == "niv2") findings[name + " in " + set_of(pair.train_task)].insert(row_of(pair));
}

class RealOverlaps : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = std::filesystem::path(FLANMOE_SOURCE_DIR).parent_path() / "shared" / "data";
    if (!std::filesystem::is_directory(data_ / "niv2")) GTEST_SKIP() << "no real data in " << data_;
  }

  std::vector<TaskSpec> tasks(const std::vector<std::string>& files) const {
    std::vector<TaskSpec> result;
    for (const std::string& file : files) {
      for (TaskSpec& task : load_tasks(home_folder() / "tasks" / file, data_)) result.push_back(std::move(task));
    }
    return result;
  }
  std::vector<TaskSpec> evaluation() const {
    return tasks({"eval/mmlu.yaml", "eval/bbh.yaml", "eval/niv2.yaml", "eval/reasoning/gsm8k.yaml",
                  "eval/reasoning/asdiv.yaml", "eval/reasoning/strategyqa.yaml", "eval/reasoning/aqua.yaml",
                  "eval/qa/arc.yaml", "eval/qa/boolq.yaml", "eval/finetune/condaqa.yaml",
                  "eval/finetune/pubmedqa.yaml"});
  }
  // Those of gsm8k and strategyqa have a split "train".
  std::vector<TaskSpec> training() const {
    return tasks({"train/niv2.yaml", "train/p3.yaml", "train/cot.yaml", "muffin/arc.yaml", "muffin/boolq.yaml",
                  "eval/reasoning/gsm8k.yaml", "eval/reasoning/strategyqa.yaml"});
  }

  static void scan(ContaminationCheck& check, const TaskSpec& task, const PairSink& sink) {
    visit_training_texts(
        task, [&](const std::string& id, const std::string& text) { check.scan(task.name, id, text, sink); });
  }
  // The documents of every file of a folder.
  void scan_folder(ContaminationCheck& check, const std::string& folder, const PairSink& sink) const {
    for (const auto& entry : std::filesystem::directory_iterator(data_ / folder)) {
      const std::string name = entry.path().stem().stem().string();
      for (const RawDocument& document : read_documents(entry.path())) check.scan(name, "", document.text, sink);
    }
  }

  std::filesystem::path data_;
};

TEST_F(RealOverlaps, AreThoseOfTheListOfSources) {
  ContaminationCheck check(evaluation(), kOverlapWindow, 5);
  Findings findings;
  for (const TaskSpec& task : training()) {
    scan(check, task, [&findings](const OverlapPair& pair) { note(findings, pair); });
  }
  const std::map<std::string, size_t> expected = {
      // as listed: runs of 13 words, and BoolQ's whole questions and passages
      {"boolq test exact", 7},
      {"boolq test passage", 530},
      {"condaqa test passage", 10},
      {"gsm8k test run", 3},
      {"asdiv test run", 5},
      {"aqua dev run", 4},
      {"aqua test run", 2},
      {"arc_easy test run", 16},
      {"arc_challenge test run", 6},
      {"niv2 test run", 227},
      {"niv2 test run in niv2", 217},
      {"niv2 test run in p3", 6},
      {"niv2 test run in cot", 4},
      // not listed: short questions of the other sets as a whole, and long answers
      {"aqua dev exact", 1},
      {"arc_easy test exact", 9},
      {"arc_challenge test exact", 8},
      {"mmlu test exact", 2},
      {"niv2 test exact", 6},
      {"niv2 test exact in niv2", 4},
      {"niv2 test exact in cot", 2},
      {"niv2 test answer", 3},
      {"niv2 test answer in niv2", 3},
      {"niv2 dev run", 10},  // worked examples of the held-out tasks
      {"niv2 dev run in niv2", 10},
      {"niv2 dev answer", 3},
      {"niv2 dev answer in niv2", 3},
  };
  EXPECT_EQ(sizes_of(findings), expected);
}

TEST_F(RealOverlaps, OfMmluAndFourTextBooks) {
  std::vector<TaskSpec> mmlu = tasks({"eval/mmlu.yaml"});
  for (TaskSpec& task : mmlu)
    std::erase_if(task.splits, [](const auto& split) { return split.first.ends_with("dev"); });
  ContaminationCheck check(mmlu, kOverlapWindow, 5);
  Findings findings;
  scan_folder(check, "corpus/openstax", [&findings](const OverlapPair& pair) {
    if (pair.kind == OverlapKind::kRun) findings[pair.train_task].insert(row_of(pair));
  });
  const std::map<std::string, size_t> expected = {
      {"american-government", 15}, {"introduction-sociology", 3}, {"us-history", 27}, {"world-history", 19}};
  EXPECT_EQ(sizes_of(findings), expected);  // 64 in all
}

TEST_F(RealOverlaps, OfSickAndTheTaskMadeFromIt) {
  std::vector<TaskSpec> heldout = tasks({"eval/niv2.yaml"});
  std::erase_if(heldout, [](const TaskSpec& task) { return !task.name.starts_with("task1615_"); });
  heldout.at(0).splits.erase("dev");
  ContaminationCheck check(heldout, kOverlapWindow, 5);
  for (TaskSpec& sick : tasks({"eval/finetune/sick.yaml"})) {
    for (const char* split : {"train", "validation"}) {
      sick.splits["train"] = sick.splits.at(split);
      scan(check, sick, [](const OverlapPair&) {});
    }
  }
  EXPECT_EQ(check.report().splits.at(0).num_questions, 20);
}

// Novels of a hundred years ago ask nothing of an examination.
TEST_F(RealOverlaps, AreNotSeenWhereThereAreNone) {
  ContaminationCheck check(evaluation(), kOverlapWindow, 5);
  scan_folder(check, "corpus/novels", [](const OverlapPair&) {});
  int64_t num_rows = 0, num_found = 0;
  for (const SplitOverlap& split : check.report().splits) {
    num_rows += split.num_rows;
    num_found += split.num_questions + split.num_answers;
  }
  EXPECT_GT(num_rows, 30000);
  EXPECT_LT(num_found, num_rows / 1000);
}

}  // namespace
}  // namespace flanmoe
