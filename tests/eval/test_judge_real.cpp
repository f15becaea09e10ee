// Every question of the MMLU test and every target of BIG-Bench Hard, said in the ways that answers are said: the right
// option is right and no other, always.
#include <map>
#include <set>

#include "data/render.h"
#include "data/task_paths.h"
#include "eval/scoring/judge.h"
#include "eval_case.h"

namespace flanmoe {
namespace {

// How many answers were judged as they should be, and the first few that were not.
struct Verdicts {
  int64_t num_right = 0, num_wrong = 0;
  std::string faults;
  void note(bool as_expected, const std::string& what) {
    ++(as_expected ? num_right : num_wrong);
    if (!as_expected && num_wrong <= 12) faults += what + "\n";
  }
};

class JudgeReal : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = std::filesystem::path(FLANMOE_SOURCE_DIR).parent_path() / "shared" / "data";
    if (!std::filesystem::is_directory(data_ / "mmlu")) GTEST_SKIP() << "no real data in " << data_;
  }
  std::vector<TaskRun> runs_of(const std::string& file, const std::string& split) const {
    EvalOptions options = as_tasks_say();
    options.split = split;
    options.prompts = PromptKinds::kBoth;
    std::vector<TaskRun> runs;
    for (const TaskSpec& task : load_tasks(resolve_path("{home}/tasks/eval/" + file, data_), data_)) {
      for (TaskRun& run : runs_of_task(task, options, "")) runs.push_back(std::move(run));
    }
    return runs;
  }
  static double score(const TaskRun& run, const TaskRow& row, const std::string& output) {
    ItemResult item = open_item(run, row);
    judge_text(item, run, row, output);
    return item.score;
  }
  static void judge(const TaskRun& run, const TaskRow& row, size_t option, const std::string& output,
                    Verdicts& verdicts) {
    // Of options that read the same each is right when one is.
    const bool right = row.options[option] == row.options[static_cast<size_t>(row.answer_index())];
    verdicts.note(score(run, row, output) == (right ? 1.0 : 0.0),
                  fmt::format("{} {}: '{}' is {} by option {} of '{}'", run.name(), row.id, output,
                              right ? "right" : "wrong", option, fmt::join(row.options, "' '")));
  }
  std::filesystem::path data_;
};

// A bare letter that is the text of another option is that option, said word for word.
bool is_other_text(const TaskRow& row, size_t option, const std::string& said) {
  for (size_t i = 0; i < row.options.size(); ++i) {
    if (i != option && row.options[i] == said) return true;
  }
  return false;
}

// The ways in which an option is said: three for every option, one more of the others in turn.
std::vector<std::pair<std::string, std::string>> forms_of(const TaskRow& row, size_t option, size_t turn) {
  const std::string l(1, static_cast<char>('A' + option)), &text = row.options[option];
  std::vector<std::pair<std::string, std::string>> forms = {
      {"word for word", text}, {"(B)", "(" + l + ")"}, {"The answer is (B).", "The answer is (" + l + ")."}};
  const std::vector<std::pair<std::string, std::string>> others = {{"B", l},
                                                                   {"B.", l + "."},
                                                                   {"B)", l + ")"},
                                                                   {"A: (B)", "A: (" + l + ")"},
                                                                   {"The answer is B", "The answer is " + l},
                                                                   {"(B) text", "(" + l + ") " + text},
                                                                   {"spaces around", " " + text + "\n"}};
  const auto& other = others[turn % others.size()];
  if (other.first != "B" || !is_other_text(row, option, l)) forms.push_back(other);
  return forms;
}

std::vector<std::pair<std::string, std::string>> cot_forms_of(size_t option, size_t turn) {
  const std::string l(1, static_cast<char>('A' + option));
  return {turn / 2 % 2 == 0 ? std::pair("cot: (B)", "Let us think. The answer is (" + l + ").")
                            : std::pair("cot: B", "It follows from this.\nThe answer is " + l + ".")};
}

TEST_F(JudgeReal, EveryOptionOfMmluWordForWordAndByItsLetter) {
  std::map<std::string, Verdicts> by_form;
  size_t num_rows = 0;
  for (const TaskRun& run : runs_of("mmlu.yaml", "test")) {
    size_t place = 0;
    for (const TaskRow& row : load_rows(run.task, "test")) {
      num_rows += run.is_cot() ? 0 : 1;
      if (++place % 2 == 0 && run.is_cot()) continue;  // every other one will do
      for (size_t option = 0; option < row.options.size(); ++option) {
        const size_t turn = place + option;
        for (const auto& [form, output] : run.is_cot() ? cot_forms_of(option, turn) : forms_of(row, option, turn))
          judge(run, row, option, output, by_form[form]);
      }
    }
  }
  EXPECT_EQ(num_rows, 14042u);
  EXPECT_EQ(by_form.size(), 12u);
  for (const char* form : {"word for word", "(B)", "The answer is (B)."})
    EXPECT_EQ(by_form[form].num_right, 4 * 14042) << form;
  for (const auto& [form, verdicts] : by_form) {
    EXPECT_GE(verdicts.num_right, 7000) << form;
    EXPECT_EQ(verdicts.num_wrong, 0) << form << "\n" << verdicts.faults;
  }
}

// Each target said alone, announced, and at the end of its chain of thought; and every other answer of its task, which
// is right nowhere.
TEST_F(JudgeReal, TargetsOfBigBenchHardAndNoOthers) {
  Verdicts own, others;
  for (const TaskRun& run : runs_of("bbh.yaml", "")) {
    const std::vector<TaskRow> rows = load_rows(run.task, run.split());
    std::set<std::string> answers;
    for (const TaskRow& row : rows) {
      answers.insert(row.options.begin(), row.options.end());
      answers.insert(row.answers.front());
    }
    for (const TaskRow& row : rows) {
      const std::string& answer = row.answers.front();
      std::vector<std::string> forms = {"So the answer is " + answer + ".", "So the answer is " + answer};
      if (!run.is_cot()) forms.insert(forms.end(), {answer, " " + answer + "\n\nQ: and so on", "A: " + answer});
      for (const std::string& form : forms) {
        const std::string cut = form.substr(0, form.find("\n\n"));
        own.note(score(run, row, cut) == 1.0, fmt::format("{} {}: own '{}'", run.name(), row.id, cut));
      }
      for (const std::string& other : answers) {
        if (other == answer || (run.is_cot() && answers.size() > 60)) continue;
        const std::string said = run.is_cot() ? "So the answer is " + other + "." : other;
        others.note(score(run, row, said) == 0.0,
                    fmt::format("{} {}: '{}' for '{}'", run.name(), row.id, said, answer));
      }
    }
  }
  EXPECT_GE(own.num_right, 6511 * 5);
  EXPECT_EQ(own.num_wrong, 0) << own.faults;
  EXPECT_GE(others.num_right, 100000);
  EXPECT_EQ(others.num_wrong, 0) << others.faults;
}

// A bracket too few, too many, turned or swapped is another answer.
TEST_F(JudgeReal, WrongBracketsAreWrong) {
  Verdicts verdicts;
  for (const TaskRun& run : runs_of("bbh.yaml", "")) {
    if (run.task.name != "bbh_dyck_languages") continue;
    for (const TaskRow& row : load_rows(run.task, run.split())) {
      const std::string& answer = row.answers.front();
      std::set<std::string> wrong = {answer + " )", "( " + answer, answer.substr(0, answer.size() - 1)};
      for (size_t i = 0; i < answer.size(); ++i) {
        for (const char sign : std::string("()[]{}<>")) {
          std::string changed = answer;
          if (changed[i] != ' ') changed[i] = sign;
          wrong.insert(changed);
        }
      }
      wrong.erase(answer);
      for (const std::string& said : wrong) {
        for (const std::string& form : {said, "So the answer is " + said + "."})
          verdicts.note(score(run, row, form) == 0.0, fmt::format("{}: '{}' for '{}'", run.name(), form, answer));
      }
    }
  }
  EXPECT_GE(verdicts.num_right, 10000);
  EXPECT_EQ(verdicts.num_wrong, 0) << verdicts.faults;
}

}  // namespace
}  // namespace flanmoe
