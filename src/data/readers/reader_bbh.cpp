// BIG-Bench Hard: {"examples": [{"input", "target"}]}, the choices inside the input; and its prompt files (.txt) with
// worked examples under the task's description.
#include <set>

#include "base/text_file.h"
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"
#include "data/readers/worked_examples.h"

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

TaskRow row_of(const Json& example, const std::string& where) {
  check_object(example, where);
  return row_of(json_string(example, "input", where), json_filled(example, "target", where));
}

bool is_example(const Json& example) {
  return example.is_object() && example.contains("input") && example["input"].is_string() &&
         example.contains("target") && example["target"].is_string();
}

// True or false, yes or no: a file with only two different targets and no option lists has these as options.
std::vector<std::string> two_options(const Json& examples) {
  std::set<std::string> targets;
  for (const Json& example : examples) {
    if (!is_example(example)) continue;
    const std::string target = trimmed_text(example["target"].get<std::string>());
    if (!target.empty()) targets.insert(target);
    if (targets.size() > 2 || !written_options(example["input"].get<std::string>()).labels.empty()) return {};
  }
  return targets.size() == 2 ? std::vector<std::string>(targets.begin(), targets.end()) : std::vector<std::string>{};
}

void read_prompts(const DataFile& file, RowSink& rows) {
  for (const std::string& block : worked_blocks(file.text)) {
    const auto number = rows.num_records() + 1;
    const std::string where = fmt::format("{}: worked example {}", file.name(), number);
    rows.add(where, [&] {
      const WorkedExample example = worked_example(block, "So the answer is ", where);
      TaskRow row = row_of(example.question, example.answer);
      row.rationale = example.rationale;
      row.id = fmt::format("worked {}", number);
      return row;
    });
  }
}

}  // namespace

void read_bbh_json(const DataFile& file, RowSink& rows) {
  if (ending_of_name(file.path) == ".txt") return read_prompts(file, rows);
  const Json content = parse_file(file);
  check_object(content, file.name());
  const Json& examples = json_list(content, "examples", file.name());
  const std::vector<std::string> options = two_options(examples);
  for (const Json& example : examples) {
    const std::string id = std::to_string(rows.num_records());
    const std::string where = fmt::format("{}: example {}", file.name(), id);
    rows.add(where, [&] {
      TaskRow row = row_of(example, where);
      row.id = id;
      if (!options.empty()) row.options = options;
      return row;
    });
  }
}

FileNotes bbh_notes(const DataFile& file) {
  if (ending_of_name(file.path) != ".txt") return {};
  return {heading_of_prompt(file.text), ""};
}

}  // namespace flanmoe
