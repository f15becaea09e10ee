// Questions about a passage, answered by a span: SearchQA's text lines, MRQA's JSONL, TyDiQA-GoldP (SQuAD's JSON).
#include <algorithm>
#include <set>

#include "base/text_file.h"
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

using Rows = std::vector<TaskRow>;
using Texts = std::vector<std::string>;

TaskRow row_of(const std::string& passage, const std::string& question, const Texts& answers,
               const std::string& where) {
  TaskRow row;
  row.fields = {{"passage", passage}, {"question", question}};
  for (const std::string& answer : answers) {
    const bool known = std::find(row.answers.begin(), row.answers.end(), answer) != row.answers.end();
    if (!known) row.answers.push_back(answer);
  }
  if (row.answers.empty() || is_blank(row.answers[0])) fail_input("{}: the answer is empty", where);
  return row;
}

// "snippets ||| clue ||| answer", each snippet between <s> and </s>.
TaskRow searchqa_row(const std::string& line, const std::string& where) {
  constexpr std::string_view kBar = "|||";
  const size_t first = line.find(kBar),
               second = line.find(kBar, first == std::string::npos ? first : first + kBar.size());
  if (second == std::string::npos || line.find(kBar, second + kBar.size()) != std::string::npos)
    fail_input("{}: expected 'snippets ||| clue ||| answer'", where);
  std::string passage = line.substr(0, first);
  for (const std::string_view mark : {"<s>", "</s>"}) {
    for (size_t at = passage.find(mark); at != std::string::npos; at = passage.find(mark, at))
      passage.erase(at, mark.size());
  }
  return row_of(passage, line.substr(first + kBar.size(), second - first - kBar.size()),
                {line.substr(second + kBar.size())}, where);
}

// {"context", "qas": [{"qid", "question", "answers"}]}; the first line may be a header.
Rows mrqa_rows(const Json& value, const std::string& where) {
  if (value.contains("header") && !value.contains("context")) return {};
  const std::string passage = json_filled(value, "context", where);
  Rows rows;
  for (const Json& question : json_list(value, "qas", where)) {
    rows.push_back(
        row_of(passage, json_string(question, "question", where), json_texts(question, "answers", where), where));
    rows.back().id = json_id(question, question.contains("qid") ? "qid" : "id", where);
    if (rows.back().id.empty()) fail_input("{}: a question without 'qid' or 'id'", where);
  }
  if (rows.size() > 1) {
    for (TaskRow& row : rows) row.cluster_id = rows[0].id;
  }
  return rows;
}

// "arabic-2387-1" -> "arabic".
std::string language_of(const std::string& id) { return id.substr(0, id.find('-')); }

TaskRow squad_row(const Json& question, const std::string& passage, const std::string& where) {
  Texts answers;
  for (const Json& answer : json_list(question, "answers", where))
    answers.push_back(json_string(answer, "text", where));
  TaskRow row = row_of(passage, json_string(question, "question", where), answers, where);
  row.id = json_filled(question, "id", where);
  row.fields["language"] = language_of(row.id);
  return row;
}

// Questions of the language asked for ("" = all); every language met is noted.
Rows paragraph_rows(const Json& paragraph, const std::string& language, std::set<std::string>& languages,
                    const std::string& where) {
  check_object(paragraph, where);
  const std::string passage = json_filled(paragraph, "context", where);
  Rows rows;
  for (const Json& question : json_list(paragraph, "qas", where)) {
    TaskRow row = squad_row(question, passage, where);
    row.cluster_id = where.substr(where.rfind(": ") + 2);
    languages.insert(row.fields["language"]);
    if (language.empty() || row.fields["language"] == language) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

void read_searchqa(const DataFile& file, RowSink& rows) {
  each_line(file, [&rows](const std::string& line, const std::string& where, int64_t) {
    rows.add(where, [&] { return searchqa_row(line, where); });
  });
}

void read_mrqa(const DataFile& file, RowSink& rows) { each_object(file, rows, mrqa_rows); }

void read_tydiqa(const DataFile& file, RowSink& rows) {
  const Json content = parse_file(file);
  const Json& data = json_list(content, "data", file.name());
  std::set<std::string> languages;
  for (const Json& article : data) {
    for (const Json& paragraph : json_list(article, "paragraphs", file.name())) {
      const std::string where = fmt::format("{}: paragraph {}", file.name(), rows.num_records() + 1);
      rows.add(where, [&] { return paragraph_rows(paragraph, file.part, languages, where); });
    }
  }
  if (!file.part.empty() && !languages.contains(file.part)) fail_part(file, {languages.begin(), languages.end()});
}

}  // namespace flanmoe
