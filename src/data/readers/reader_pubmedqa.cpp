// PubMedQA's expert-labelled part. ori_pqal.json holds all 1,000 questions, test_ground_truth.json beside it names the
// ids of the test: the first file is read as its training rows (all ids but those), the second as the test rows.
#include <algorithm>

#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

constexpr const char* kQuestions = "ori_pqal.json";
constexpr const char* kTestIds = "test_ground_truth.json";
const std::vector<std::string> kDecisions = {"yes", "no", "maybe"};

Json object_of(const DataFile& file) {
  Json content = parse_file(file);
  check_object(content, file.name());
  return content;
}

// NAME, NAME.gz or NAME.zst in the folder.
DataFile file_beside(const DataFile& file, const std::string& name) {
  for (const char* ending : {"", ".gz", ".zst"}) {
    const std::filesystem::path candidate = file.path.parent_path() / (name + ending);
    if (std::filesystem::is_regular_file(candidate)) return open_data_file(candidate.string());
  }
  fail_input("{}: expected {} beside it: it says which questions are the test's", file.name(), name);
}

TaskRow row_of(const std::string& id, const Json& question, const std::string& where) {
  check_object(question, where);
  TaskRow row;
  row.id = id;
  row.options = kDecisions;
  row.answers = {json_string(question, "final_decision", where)};
  row.rationale = json_string(question, "LONG_ANSWER", where);
  const auto contexts = json_texts(question, "CONTEXTS", where), labels = json_texts(question, "LABELS", where);
  if (contexts.size() != labels.size())
    fail_input("{}: {} 'CONTEXTS' and {} 'LABELS', expected as many", where, contexts.size(), labels.size());
  std::string context;
  for (size_t i = 0; i < contexts.size(); ++i)
    context += fmt::format("{}{}: {}", i == 0 ? "" : " ", labels[i], contexts[i]);
  row.fields = {{"question", json_string(question, "QUESTION", where)}, {"context", context}, {"passage", context}};
  return row;
}

void read_questions(const DataFile& file, const Json& questions, const std::function<bool(const std::string&)>& wanted,
                    RowSink& rows) {
  for (const auto& member : questions.items()) {
    if (!wanted(member.key())) continue;
    const std::string where = fmt::format("{}: question {}", file.name(), member.key());
    rows.add(where, [&] { return row_of(member.key(), member.value(), where); });
  }
}

void check_count(int64_t expected, const DataFile& ids, const DataFile& questions, const RowSink& rows) {
  if (rows.num_records() != expected)
    fail_input("{}: names {} questions, {} of them are in {}", ids.name(), expected, rows.num_records(),
               questions.name());
}

}  // namespace

void read_pubmedqa(const DataFile& file, RowSink& rows) {
  const bool test = file.path.filename().string().starts_with(kTestIds);
  const DataFile other = file_beside(file, test ? kQuestions : kTestIds);
  const DataFile &question_file = test ? other : file, &id_file = test ? file : other;
  const Json questions = object_of(question_file), test_ids = object_of(id_file);
  read_questions(
      question_file, questions, [&](const std::string& id) { return test_ids.contains(id) == test; }, rows);
  const size_t expected = test ? test_ids.size() : questions.size() - std::min(questions.size(), test_ids.size());
  check_count(static_cast<int64_t>(expected), id_file, question_file, rows);
}

}  // namespace flanmoe
