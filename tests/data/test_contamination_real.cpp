// The overlaps that the list of sources of the real data names, found again.
#include <set>

#include "base/check.h"
#include "base/files.h"
#include "base/json.h"
#include "data/checked_texts.h"
#include "data/contamination.h"
#include "data/documents.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

using Ids = std::set<std::string>;

// The rows of some sets in our own format, written beside the test.
struct PlainRow {
  std::string question, passage;
};

// "question: ..\npassage: .."
PlainRow boolq_row(const std::string& sentence) {
  const std::string heading = "\npassage:";
  const size_t cut = sentence.find(heading);
  return {sentence.substr(std::string("question:").size(), cut - std::string("question:").size()),
          sentence.substr(cut + heading.size())};
}

// "Please choose the correct answer to the question: STEM\n\nAnswer1: .."
PlainRow arc_row(const std::string& instruction) {
  const size_t begin = instruction.find(": ") + 2;
  return {instruction.substr(begin, instruction.find("\n\n") - begin), ""};
}

class RealOverlaps : public FolderTest {
 protected:
  void SetUp() override {
    data_ = std::filesystem::path(FLANMOE_SOURCE_DIR).parent_path() / "shared" / "data";
    if (!std::filesystem::is_directory(data_ / "niv2")) GTEST_SKIP() << "no real data in " << data_;
    FolderTest::SetUp();
  }

  TaskSpec task(const std::string& name, const std::string& split, const std::vector<PlainRow>& rows) const {
    std::string lines;
    for (const PlainRow& row : rows) {
      Json fields = {{"question", row.question}};
      if (!row.passage.empty()) fields["passage"] = row.passage;
      const std::string id = std::to_string(lines.size());
      lines += Json{{"id", id}, {"fields", fields}, {"answers", {"x"}}}.dump() + "\n";
    }
    put(name + ".jsonl", lines);
    return load_tasks(put(name + ".yaml", "name: " + name + "\nformat: jsonl\nsplits: {" + split + ": " + name +
                                              ".jsonl}\ntemplates: [{input: x}]\n"),
                      folder_)[0];
  }
  // A file that a reader of ours knows.
  TaskSpec read_task(const std::string& format, const std::string& file) const {
    const std::string name = std::filesystem::path(file).stem().stem().string();
    return load_tasks(put(name + ".yaml", "name: " + name + "\nformat: " + format + "\nsplits: {train: \"{data}/" +
                                              file + "\"}\ntemplates: [{input: x}]\n"),
                      data_)[0];
  }
  std::vector<TaskSpec> shipped(const std::string& file) const {
    return load_tasks(resolve_path("{home}/tasks/real/" + file, data_), data_);
  }

  // A JSON array, or one value a line.
  std::vector<Json> values(const std::string& file) const {
    const std::string text = read_text(data_ / file);
    if (text.starts_with('[')) return parse_json(text, file).get<std::vector<Json>>();
    std::vector<Json> result;
    for (const std::string& line : read_lines(data_ / file)) result.push_back(parse_json(line, file));
    return result;
  }
  std::vector<PlainRow> questions(const std::string& file) const {
    std::vector<PlainRow> rows;
    for (const Json& value : values(file)) rows.push_back({value["question"], ""});
    return rows;
  }
  std::vector<PlainRow> boolq(const std::string& file) const {
    std::vector<PlainRow> rows;
    for (const Json& value : values(file)) rows.push_back(boolq_row(value["sentence"]));
    return rows;
  }
  std::vector<PlainRow> arc(const std::string& file) const {
    std::vector<PlainRow> rows;
    for (const Json& value : values(file)) rows.push_back(arc_row(value["instruction"]));
    return rows;
  }
  // With their choices: a training row shows them.
  std::vector<PlainRow> arc_training() const {
    std::vector<PlainRow> rows;
    for (const char* file : {"arc/ARC-Easy/train.json.gz", "arc/ARC-Challenge/train.json.gz"}) {
      for (const Json& value : values(file)) rows.push_back({value["instruction"], ""});
    }
    return rows;
  }
  std::vector<PlainRow> condaqa() const {
    std::vector<PlainRow> rows;
    for (const Json& value : values("condaqa/condaqa_dev.json.gz"))
      rows.push_back({value["sentence2"], value["sentence1"]});
    return rows;
  }
  // What stands between the tags: body and question.
  std::vector<PlainRow> asdiv() const {
    const std::string text = read_text(data_ / "asdiv/ASDiv.xml");
    size_t at = 0;
    const auto next = [&](const std::string& tag) {
      at = text.find("<" + tag + ">", at) + tag.size() + 2;
      return text.substr(at, text.find("</" + tag + ">", at) - at);
    };
    std::vector<PlainRow> rows;
    while (text.find("<Body>", at) != std::string::npos) {
      const std::string body = next("Body");
      rows.push_back({body + " " + next("Question"), ""});
    }
    return rows;
  }

  // Every task that the list of sources counts as training text.
  std::vector<TaskSpec> training() const {
    std::vector<TaskSpec> tasks = {task("gsm8k_train", "train", questions("gsm8k/train.jsonl.gz")),
                                   task("arc_train", "train", arc_training()),
                                   task("boolq_train", "train", boolq("boolq/train.json.gz")),
                                   read_task("strategyqa", "strategyqa/train.json.gz")};
    for (const char* file : {"niv2_train.yaml", "p3.yaml", "cot.yaml"}) {
      for (TaskSpec& spec : shipped(file)) tasks.push_back(std::move(spec));
    }
    return tasks;
  }

  // The shipped file asks the validation split; here the test split too.
  std::vector<TaskSpec> mmlu() const {
    std::vector<TaskSpec> specs = shipped("mmlu.yaml");
    for (TaskSpec& spec : specs) {
      spec.splits["official"] = (data_ / "mmlu/test" / (spec.name.substr(5) + "_test.csv")).string();
    }
    return specs;
  }

  // Every task that it counts as evaluation text.
  std::vector<TaskSpec> evaluation() const {
    std::vector<TaskSpec> tasks = {task("boolq", "test", boolq("boolq/dev.json.gz")),
                                   task("gsm8k", "test", questions("gsm8k/test.jsonl")),
                                   task("asdiv", "test", asdiv()),
                                   task("aqua_dev", "test", questions("aqua/dev.json")),
                                   task("aqua_test", "test", questions("aqua/test.json")),
                                   task("arc_easy", "test", arc("arc/ARC-Easy/test.json.gz")),
                                   task("arc_challenge", "test", arc("arc/ARC-Challenge/test.json.gz")),
                                   task("condaqa", "test", condaqa())};
    for (const char* file : {"niv2_heldout.yaml", "bbh.yaml", "validation.yaml", "finetune/pubmedqa.yaml"}) {
      for (TaskSpec& spec : shipped(file)) tasks.push_back(std::move(spec));
    }
    for (TaskSpec& spec : mmlu()) tasks.push_back(std::move(spec));
    return tasks;
  }

  std::filesystem::path data_;
};

// "SUITE KIND" -> evaluation rows found, and for held-out NIV2 "niv2 KIND in SOURCE".
using Findings = std::map<std::string, Ids>;

std::string suite_of(const std::string& task) {
  if (task.starts_with("task")) return "niv2";
  for (const char* prefix : {"mmlu", "bbh", "p3", "cot"}) {
    if (task.starts_with(prefix)) return prefix;
  }
  return task;
}

void note(Findings& findings, const OverlapPair& pair) {
  const std::string suite = suite_of(pair.task), key = suite + " " + name_of(pair.kind);
  const std::string row = pair.task + pair.split + pair.id;
  findings[key].insert(row);
  if (suite == "niv2") findings[key + " in " + suite_of(pair.train_task)].insert(row);
}

std::map<std::string, size_t> sizes_of(const Findings& findings) {
  std::map<std::string, size_t> sizes;
  for (const auto& [key, rows] : findings) sizes[key] = rows.size();
  return sizes;
}

TEST_F(RealOverlaps, AreThoseOfTheListOfSources) {
  ContaminationCheck check(evaluation(), kOverlapWindow, 5);
  Findings findings;
  for (const TaskSpec& spec : training()) {
    visit_training_texts(spec, [&](const std::string& id, const std::string& text) {
      check.scan(spec.name, id, text, [&findings](const OverlapPair& pair) { note(findings, pair); });
    });
  }
  const std::map<std::string, size_t> expected = {
      // as listed: runs of 13 words, and BoolQ's whole questions and passages
      {"boolq exact", 7},
      {"boolq passage", 530},
      {"condaqa passage", 10},
      {"gsm8k run", 3},
      {"asdiv run", 5},
      {"aqua_dev run", 4},
      {"aqua_test run", 2},
      {"arc_easy run", 16},
      {"arc_challenge run", 6},
      {"niv2 run", 227},
      {"niv2 run in niv2", 217},
      {"niv2 run in p3", 6},
      {"niv2 run in cot", 4},
      // not listed: short questions of the other sets as a whole, and long answers
      {"aqua_dev exact", 1},
      {"arc_easy exact", 9},
      {"arc_challenge exact", 8},
      {"mmlu exact", 2},
      {"niv2 exact", 6},
      {"niv2 exact in niv2", 4},
      {"niv2 exact in cot", 2},
      {"niv2 answer", 3},
      {"niv2 answer in niv2", 3},
  };
  EXPECT_EQ(sizes_of(findings), expected);
}

TEST_F(RealOverlaps, OfMmluAndFourTextBooks) {
  std::vector<TaskSpec> specs = mmlu();
  for (TaskSpec& spec : specs) spec.splits.erase("dev");
  ContaminationCheck check(specs, kOverlapWindow, 5);
  Findings findings;
  for (const auto& entry : std::filesystem::directory_iterator(data_ / "corpus/openstax")) {
    const std::string book = entry.path().stem().stem().string();
    for (const RawDocument& document : read_documents(entry.path())) {
      check.scan(book, "", document.text, [&](const OverlapPair& pair) {
        if (pair.kind == OverlapKind::kRun) findings[book].insert(pair.task + pair.split + pair.id);
      });
    }
  }
  const std::map<std::string, size_t> expected = {
      {"american-government", 15}, {"introduction-sociology", 3}, {"us-history", 27}, {"world-history", 19}};
  EXPECT_EQ(sizes_of(findings), expected);  // 64 in all
}

TEST_F(RealOverlaps, OfSickAndTheTaskMadeFromIt) {
  std::vector<TaskSpec> specs = shipped("niv2_heldout.yaml");
  std::erase_if(specs, [](const TaskSpec& spec) { return !spec.name.starts_with("task1615_"); });
  ContaminationCheck check(specs, kOverlapWindow, 5);
  for (const char* file : {"sts/SICK_train.txt", "sts/SICK_trial.txt"}) {
    visit_training_texts(read_task("sick", file), [&](const std::string& id, const std::string& text) {
      check.scan("sick", id, text, [](const OverlapPair&) {});
    });
  }
  EXPECT_EQ(check.report().splits.at(0).num_questions, 20);
}

// Novels of a hundred years ago ask nothing of an examination.
TEST_F(RealOverlaps, AreNotSeenWhereThereAreNone) {
  ContaminationCheck check(evaluation(), kOverlapWindow, 5);
  for (const auto& entry : std::filesystem::directory_iterator(data_ / "corpus/novels")) {
    for (const RawDocument& document : read_documents(entry.path())) {
      check.scan("novels", "", document.text, [](const OverlapPair&) {});
    }
  }
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
