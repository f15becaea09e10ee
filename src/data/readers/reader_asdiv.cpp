// ASDiv: XML, ProblemSet of Problem (ID, Grade, Source) with Body, Question, Solution-Type, Answer, Formula.
#include <pugixml.hpp>

#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

std::string filled_text(const pugi::xml_node& problem, const char* name, const std::string& where) {
  const pugi::xml_node child = problem.child(name);
  if (!child) fail_input("{}: element '{}' is missing", where, name);
  std::string text = trimmed_text(child.text().get());
  if (text.empty()) fail_input("{}: '{}' is empty, expected a text", where, name);
  return text;
}

// "9 (apples)" is answered by 9, of unit "apples". A list, a ratio, a time or a name is answered by itself alone.
void take_answer(TaskRow& row, const std::string& answer) {
  const size_t open = answer.find('(');
  row.answers = {answer};
  row.fields["unit"] = "";
  if (open == std::string::npos || answer.find(')') != answer.size() - 1) return;
  const std::string number = trimmed_text(answer.substr(0, open));
  if (!number_of(without_commas(number))) return;
  row.answers = {number, answer};
  row.fields["unit"] = answer.substr(open + 1, answer.size() - open - 2);
}

TaskRow row_of(const pugi::xml_node& problem, const std::string& where) {
  TaskRow row;
  row.id = problem.attribute("ID").value();
  const std::string body = filled_text(problem, "Body", where);
  row.fields = {{"body", body},
                {"question", body + " " + filled_text(problem, "Question", where)},
                {"solution_type", problem.child("Solution-Type").text().get()},
                {"formula", problem.child("Formula").text().get()},
                {"grade", problem.attribute("Grade").value()}};
  take_answer(row, filled_text(problem, "Answer", where));
  return row;
}

// Turns growing places of a text into line numbers.
class LineCounter {
 public:
  explicit LineCounter(const std::string& text) : text_(text) {}
  int64_t line_of(ptrdiff_t place) {
    const size_t end = std::clamp<size_t>(place < 0 ? 0 : static_cast<size_t>(place), at_, text_.size());
    line_ += std::count(text_.begin() + static_cast<ptrdiff_t>(at_), text_.begin() + static_cast<ptrdiff_t>(end), '\n');
    at_ = end;
    return line_;
  }

 private:
  const std::string& text_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

}  // namespace

void read_asdiv(const DataFile& file, RowSink& rows) {
  pugi::xml_document document;
  const auto result =
      document.load_buffer(file.text.data(), file.text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    fail_input("{}:{}: malformed XML: {}", file.name(), LineCounter(file.text).line_of(result.offset),
               result.description());
  }
  LineCounter lines(file.text);
  for (const pugi::xml_node& problem : document.document_element().child("ProblemSet").children("Problem")) {
    const std::string where = fmt::format("{}:{}", file.name(), lines.line_of(problem.offset_debug()));
    rows.add(where, [&] { return row_of(problem, where); });
  }
  if (rows.num_records() == 0) fail_input("{}: no 'Problem' in a 'ProblemSet'", file.name());
}

}  // namespace flanmoe
