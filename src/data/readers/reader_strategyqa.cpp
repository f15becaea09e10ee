// StrategyQA: a JSON array of {qid, question, answer (true or false), facts[]}; the facts are the rationale.
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {

namespace {

TaskRow row_of(const Json& question, const std::string& where) {
  const Json& answer = json_at(question, "answer", where);
  if (!answer.is_boolean()) fail_input("{}: 'answer' is {}, expected true or false", where, json_excerpt(answer));
  TaskRow row;
  row.id = json_string(question, "qid", where);
  row.fields = {{"question", json_string(question, "question", where)}};
  row.options = {"yes", "no"};
  row.answers = {answer.get<bool>() ? "yes" : "no"};
  row.rationale = fmt::format("{}", fmt::join(json_texts(question, "facts", where), " "));
  return row;
}

}  // namespace

void read_strategyqa(const DataFile& file, RowSink& rows) { each_object(file, rows, row_of); }

}  // namespace flanmoe
