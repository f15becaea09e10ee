// StrategyQA: a JSON array of {qid, question, answer (true or false), facts[]}; the facts are the rationale.
#include "base/error.h"
#include "data/reader_parts.h"
#include "data/readers.h"

namespace flanmoe {

std::vector<TaskRow> read_strategyqa(const std::filesystem::path& file) {
  const Json questions = read_json(file);
  if (!questions.is_array())
    fail_input("{}: found {}, expected a list of questions", file.string(), questions.dump().substr(0, 60));
  std::vector<TaskRow> rows;
  for (const Json& question : questions) {
    const std::string where = fmt::format("{}: question {}", file.string(), rows.size() + 1);
    check_object(question, where);
    const Json& answer = json_at(question, "answer", where);
    if (!answer.is_boolean()) fail_input("{}: 'answer' is {}, expected true or false", where, answer.dump());
    TaskRow row;
    row.id = json_string(question, "qid", where);
    row.fields = {{"question", trimmed_text(json_string(question, "question", where))}};
    row.options = {"yes", "no"};
    row.answers = {answer.get<bool>() ? "yes" : "no"};
    row.rationale = fmt::format("{}", fmt::join(json_texts(question, "facts", where), " "));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace flanmoe
