#include "data/overlap/checked_texts.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/json.h"
#include "data/split_files.h"

namespace flanmoe {
namespace {

constexpr std::array<const char*, 4> kQuestionFields = {"question", "stem", "input", "prompt"};
constexpr std::array<const char*, 3> kPassageFields = {"title", "passage", "context"};

bool is_passage(const std::string& field) {
  return std::find(kPassageFields.begin(), kPassageFields.end(), field) != kPassageFields.end();
}

// "" when the row has none.
std::string question_of(const TaskRow& row) {
  for (const char* field : kQuestionFields) {
    if (const auto found = row.fields.find(field); found != row.fields.end()) return found->second;
  }
  return "";
}

// Title and text, as an article begins; "" when the row has none.
std::string passage_of(const TaskRow& row) {
  std::string passage;
  for (const char* field : kPassageFields) {
    if (const auto found = row.fields.find(field); found != row.fields.end()) passage += found->second + "\n";
  }
  return passage;
}

// Texts of other fields often stand in the question too (`stem`, `answer_text`): once is enough.
void append_new(std::string& text, const std::string& part) {
  if (text.find(part) == std::string::npos) text += (text.empty() ? "" : "\n") + part;
}

// The worked examples in a Super-NaturalInstructions file.
void visit_examples(const std::filesystem::path& file, const TextVisitor& visit) {
  const Json content = read_json(file);
  for (const char* list : {"Positive Examples", "Negative Examples"}) {
    if (!content.contains(list)) continue;
    int64_t number = 0;
    for (const Json& example : content[list]) {
      const std::string id = fmt::format("{} {}", list, ++number), where = fmt::format("{}: {}", file.string(), id);
      std::string text = json_string(example, "input", where) + "\n" + json_string(example, "output", where);
      if (example.contains("explanation")) text += "\n" + json_string(example, "explanation", where);
      visit(id, text);
    }
  }
}

}  // namespace

EvaluationTexts evaluation_texts(const TaskRow& row) {
  EvaluationTexts texts{question_of(row), passage_of(row), {}, row.answers};
  for (const auto& [field, text] : row.fields) {
    if (field == "answer_text") {
      texts.answers.push_back(text);
    } else if (texts.question.empty() && !is_passage(field)) {
      texts.parts.push_back(text);
    }
  }
  return texts;
}

std::vector<std::string> evaluation_splits(const TaskSpec& task) {
  std::vector<std::string> splits;
  for (const auto& [split, file] : task.splits) {
    if (split != "train") splits.push_back(split);
  }
  if (splits.empty()) fail_input("{}: task '{}' has no split to evaluate on, only 'train'", task.file, task.name);
  return splits;
}

std::string training_text(const TaskRow& row) {
  std::string text = question_of(row);
  for (const std::string& answer : row.answers) text += "\n" + answer;
  for (const std::string& option : row.options) append_new(text, option);
  append_new(text, passage_of(row));
  for (const auto& [field, value] : row.fields) append_new(text, value);
  append_new(text, row.rationale);
  return text;
}

void visit_training_texts(const TaskSpec& task, const TextVisitor& visit) {
  for (const TaskRow& row : load_rows(task, "train")) visit(row.id, training_text(row));
  if (!task.definition.empty()) visit("definition", task.definition);
  if (task.format != "niv2") return;
  for (const std::filesystem::path& file : files_of_split(task, "train")) visit_examples(file, visit);
}

}  // namespace flanmoe
