// PubMedQA's expert-labelled part. ori_pqal.json holds all 1,000 questions, test_ground_truth.json beside it names the
// ids of the test: the first file is read as its training rows (all ids but those), the second as the test rows.
#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "data/reader_parts.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

constexpr const char* kQuestions = "ori_pqal.json";
constexpr const char* kTestIds = "test_ground_truth.json";
const std::vector<std::string> kDecisions = {"yes", "no", "maybe"};

Json read_object(const std::filesystem::path& file) {
  Json content = read_json(file);
  check_object(content, file.string());
  return content;
}

// NAME or NAME.gz in the folder.
std::filesystem::path file_beside(const std::filesystem::path& file, const std::string& name) {
  for (const std::string& candidate : {name, name + ".gz"}) {
    if (fs::is_regular_file(file.parent_path() / candidate)) return file.parent_path() / candidate;
  }
  fail_input("{}: expected {} beside it: it says which questions are the test's", file.string(), name);
}

TaskRow row_of(const std::string& id, const Json& question, const std::string& file) {
  const std::string where = fmt::format("{}: question {}", file, id);
  check_object(question, where);
  TaskRow row;
  row.id = id;
  row.options = kDecisions;
  row.answers = {json_string(question, "final_decision", where)};
  if (row.answer_index() < 0)
    fail_input("{}: 'final_decision' is '{}', expected yes, no or maybe", where, row.answers[0]);
  row.rationale = json_string(question, "LONG_ANSWER", where);
  const auto contexts = json_texts(question, "CONTEXTS", where), labels = json_texts(question, "LABELS", where);
  if (contexts.size() != labels.size())
    fail_input("{}: {} 'CONTEXTS' and {} 'LABELS', expected as many", where, contexts.size(), labels.size());
  std::string context;
  for (size_t i = 0; i < contexts.size(); ++i)
    context += fmt::format("{}{}: {}", i == 0 ? "" : " ", labels[i], contexts[i]);
  row.fields = {{"question", json_string(question, "QUESTION", where)}, {"context", context}};
  return row;
}

}  // namespace

std::vector<TaskRow> read_pubmedqa(const std::filesystem::path& file) {
  const bool test = file.filename().string().starts_with(kTestIds);
  const std::filesystem::path question_file = test ? file_beside(file, kQuestions) : file;
  const Json questions = read_object(question_file), test_ids = read_object(test ? file : file_beside(file, kTestIds));
  std::vector<TaskRow> rows;
  for (const auto& [id, question] : questions.items()) {
    if (test_ids.contains(id) == test) rows.push_back(row_of(id, question, question_file.string()));
  }
  const size_t expected = test ? test_ids.size() : questions.size() - test_ids.size();
  if (rows.size() != expected)
    fail_input("{}: names {} questions, {} of them are in {}", file.string(), expected, rows.size(),
               question_file.string());
  return rows;
}

}  // namespace flanmoe
