// BoolQ: {"sentence": "question: ..\npassage: Title -- text", "label": "True"}. True is yes.
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

TaskRow row_of(const Json& value, const std::string& where) {
  constexpr std::string_view kQuestion = "question:", kPassage = "\npassage:", kDashes = " -- ";
  const std::string sentence = json_string(value, "sentence", where), label = json_string(value, "label", where);
  const size_t passage = sentence.find(kPassage);
  if (!sentence.starts_with(kQuestion) || passage == std::string::npos)
    fail_input("{}: 'sentence' is '{}', expected 'question: ..', then 'passage: ..' on a line of its own", where,
               excerpt(sentence));
  if (label != "True" && label != "False")
    fail_input("{}: 'label' is '{}', expected True or False", where, excerpt(label));
  const std::string text = sentence.substr(passage + kPassage.size());
  const size_t dashes = text.find(kDashes);
  TaskRow row;
  row.fields["question"] = sentence.substr(kQuestion.size(), passage - kQuestion.size());
  row.fields["title"] = dashes == std::string::npos ? "" : text.substr(0, dashes);
  row.fields["passage"] = dashes == std::string::npos ? text : text.substr(dashes + kDashes.size());
  row.options = {"yes", "no"};
  row.answers = {label == "True" ? "yes" : "no"};
  return row;
}

}  // namespace

void read_boolq(const DataFile& file, RowSink& rows) { each_object(file, rows, row_of); }

}  // namespace flanmoe
