// BIG-Bench Hard: {"examples": [{"input", "target"}]}, the choices inside the input; and its prompt files (.txt) with
// worked examples.
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "data/reader_parts.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

TaskRow row_of(const std::string& input, const std::string& target) {
  TaskRow row;
  const WrittenOptions written = written_options(input);
  row.answers = {trimmed_text(target)};
  row.fields = {{"input", trimmed_text(input)}, {"stem", written.stem}};
  if (!take_options(row, written) && !written.labels.empty()) {
    // Three option lists of the set are broken at commas, and the target is the whole text: it stands beside the
    // pieces.
    row.options = written.labels;
    row.options.push_back(row.answers[0]);
  }
  return row;
}

// True or false, yes or no: a file with only two different targets and no option lists has these as options.
void add_two_options(std::vector<TaskRow>& rows) {
  std::set<std::string> targets;
  for (const TaskRow& row : rows) {
    if (!row.options.empty()) return;
    targets.insert(row.answers[0]);
  }
  if (targets.size() != 2) return;
  for (TaskRow& row : rows) row.options.assign(targets.begin(), targets.end());
}

// "Q: ..\nA: Let's think step by step.\n.. So the answer is X." after a line of dashes and a description.
std::vector<TaskRow> read_prompts(const std::filesystem::path& file) {
  constexpr std::string_view kQuestion = "\nQ: ", kAnswer = "\nA: ", kOpening = "Let's think step by step.",
                             kClosing = "o the answer is ";
  const std::string text = read_text(file);
  std::vector<TaskRow> rows;
  for (size_t begin = text.find(kQuestion); begin != std::string::npos;) {
    const size_t next = text.find(kQuestion, begin + 1);
    const std::string block =
        text.substr(begin + kQuestion.size(), next == std::string::npos ? next : next - begin - kQuestion.size());
    const std::string where = fmt::format("{}: worked example {}", file.string(), rows.size() + 1);
    const size_t answer = block.find(kAnswer), closing = block.rfind(kClosing);
    if (answer == std::string::npos || closing == std::string::npos || closing < answer + kAnswer.size()) {
      fail_input("{}: expected 'A: ..' and 'So the answer is ..' after 'Q: '", where);
    }
    std::string target = trimmed_text(block.substr(closing + kClosing.size()));
    if (target.ends_with('.')) target.pop_back();
    std::string rationale = block.substr(answer + kAnswer.size(), closing - 1 - answer - kAnswer.size());
    if (rationale.starts_with(kOpening)) rationale = rationale.substr(kOpening.size());
    rows.push_back(row_of(block.substr(0, answer), target));
    rows.back().rationale = trimmed_text(rationale);
    rows.back().id = fmt::format("worked {}", rows.size());
    begin = next;
  }
  return rows;
}

}  // namespace

std::vector<TaskRow> read_bbh_json(const std::filesystem::path& file) {
  if (file.extension() == ".txt") return read_prompts(file);
  const Json content = read_json(file);
  check_object(content, file.string());
  const Json& examples = json_at(content, "examples", file.string());
  if (!examples.is_array())
    fail_input("{}: 'examples' is {}, expected a list", file.string(), examples.dump().substr(0, 60));
  std::vector<TaskRow> rows;
  for (const Json& example : examples) {
    const std::string where = fmt::format("{}: example {}", file.string(), rows.size());
    check_object(example, where);
    rows.push_back(row_of(json_string(example, "input", where), json_string(example, "target", where)));
    if (rows.back().answers[0].empty()) fail_input("{}: 'target' is empty, expected an answer", where);
    rows.back().id = std::to_string(rows.size() - 1);
  }
  add_two_options(rows);
  return rows;
}

}  // namespace flanmoe
