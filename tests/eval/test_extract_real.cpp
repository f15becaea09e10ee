// What people wrote: worked answers of the real data, each of which announces an answer that is known.
#include <regex>

#include "base/files.h"
#include "base/json.h"
#include "data/render.h"
#include "data/task_paths.h"
#include "eval/extract_case.h"
#include "eval/metrics/number_match.h"
#include "eval/metrics/squad.h"

namespace flanmoe {
namespace {

class ExtractReal : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = std::filesystem::path(FLANMOE_SOURCE_DIR).parent_path() / "shared" / "data";
    if (!std::filesystem::is_directory(data_ / "bbh")) GTEST_SKIP() << "no real data in " << data_;
  }

  // Every row's own chain of thought, announced by each template, gives back the row's answer.
  void expect_found(const std::string& file, const std::string& split, int64_t at_least) const {
    int64_t count = 0;
    for (const TaskSpec& task : load_tasks(resolve_path("{home}/tasks/" + file, data_), data_)) {
      for (const TaskRow& row : load_rows(task, split)) {
        if (row.rationale.empty()) continue;
        for (const PromptTemplate& prompt : task.cot_templates) {
          if (prompt.inverted || prompt.target.find("{answer}") == std::string::npos) continue;
          const std::string target = render(prompt, task, row).target;
          const Extracted extracted = extract(extraction_rule(task, prompt, row, true), target);
          const bool right = !extracted.answer.empty() && exact_match(extracted.answer, row.answers) == 1.0;
          ASSERT_TRUE(right) << task.name << " " << row.id << ": '" << extracted.answer << "' " << extracted.reason
                             << " in '" << target << "'";
          ++count;
        }
      }
    }
    EXPECT_GE(count, at_least);
  }

  std::filesystem::path data_;
};

TEST_F(ExtractReal, BigBenchHardsExemplars) { expect_found("eval/bbh.yaml", "dev", 81); }

TEST_F(ExtractReal, StrategyQa) { expect_found("eval/reasoning/strategyqa.yaml", "test", 229); }

TEST_F(ExtractReal, ChainOfThoughtSets) { expect_found("train/cot.yaml", "train", 100000); }

TEST_F(ExtractReal, WorkedSolutionsOfGsm8k) {
  std::istringstream lines(read_text(data_ / "gsm8k" / "test.jsonl"));
  int64_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const std::string solution = Json::parse(line).at("answer");
    const std::string wanted = solution.substr(solution.rfind("####") + 5);
    const Extracted extracted = extract({"number", true}, solution);
    EXPECT_EQ(number_match(extracted.answer, {wanted}), 1.0) << extracted.answer << " for " << wanted;
  }
  EXPECT_EQ(count, 1319);
}

TEST_F(ExtractReal, WorkedAnswersOfMmlu) {
  const Json prompts = read_json(data_ / "mmlu" / "cot_prompts" / "mmlu_flan_cot_prompts.json");
  static const std::regex kLetter(R"(answer is \(([A-D])\))");
  int64_t count = 0;
  for (const auto& [subject, prompt] : prompts.items()) {
    const std::string text = prompt;
    for (size_t begin = text.find("\nA: "); begin != std::string::npos; begin = text.find("\nA: ", begin + 1)) {
      const std::string worked = text.substr(begin + 4, text.find("\n\nQ:", begin) - begin - 4);
      std::smatch letter;
      if (!std::regex_search(worked, letter, kLetter)) continue;
      const ExtractionRule rule{"choice", true, {"(A)", "(B)", "(C)", "(D)"}, OptionMarkers::kLetters};
      EXPECT_EQ(extract(rule, worked).answer, "(" + letter[1].str() + ")") << worked;
      ++count;
    }
  }
  EXPECT_GE(count, 270);
}

// Every answer of ASDiv that has a number is its own answer, as a list too.
TEST_F(ExtractReal, ReferencesOfAsdivMatchThemselves) {
  const std::string xml = read_text(data_ / "asdiv" / "ASDiv.xml");
  int64_t numbers = 0, others = 0;
  for (size_t begin = xml.find("<Answer>"); begin != std::string::npos; begin = xml.find("<Answer>", begin + 1)) {
    const std::string answer = xml.substr(begin + 8, xml.find("</Answer>", begin) - begin - 8);
    const bool matches = number_match(answer, {answer}) == 1.0;
    EXPECT_EQ(matches, !answer_number(answer).empty()) << answer;
    (matches ? numbers : others) += 1;
  }
  EXPECT_EQ(numbers + others, 2305);
  EXPECT_LE(others, 124);
}

}  // namespace
}  // namespace flanmoe
