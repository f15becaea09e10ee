#include "eval/asking/vocabulary_loss.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/error.h"
#include "base/json.h"
#include "data/render.h"
#include "data/tokenizer/text_loss.h"

namespace flanmoe {
namespace {

int64_t unknown_in(const Tokenizer& tokenizer, const RenderedText& text) {
  return num_unknown_pieces(text.ids(tokenizer));
}

int64_t unknown_in_answers(const TaskRun& run, const TaskRow& row, const Tokenizer& tokenizer) {
  if (run.prompt().answers_by_marker && row.answer_index() >= 0) {
    PromptTemplate marker = run.prompt();
    marker.target = "{marker}";
    return unknown_in(tokenizer, render_choice(marker, run.task, row, static_cast<size_t>(row.answer_index())));
  }
  int64_t fewest = std::numeric_limits<int64_t>::max();
  for (const std::string& answer : row.answers) fewest = std::min(fewest, unknown_in(tokenizer, {answer}));
  return row.answers.empty() ? 0 : fewest;
}

constexpr size_t kNamedTasks = 8;

std::string unknown_line(const TaskResult& task) {
  std::vector<std::string> places;
  for (const auto& [count, what] :
       {std::pair(task.num_unknown_prompts, "prompts"), std::pair(task.num_unknown_options, "lists of options"),
        std::pair(task.num_unknown_answers, "answers")}) {
    if (count > 0) places.push_back(fmt::format("{} of {} {}", count, task.num_items, what));
  }
  if (places.empty()) return "";
  return fmt::format("{}: characters that this vocabulary does not have (unknown pieces) in {}", task.name(),
                     fmt::join(places, ", "));
}

std::string tie_line(const TaskResult& task) {
  if (task.num_tied == 0) return "";
  return fmt::format("{}: {} of {} items end in a tie that nothing but the order of the options breaks, the first: {}",
                     task.name(), task.num_tied, task.num_items, printable(task.first_tie));
}

template <class Line>
void add_lines(std::vector<std::string>& lines, const std::vector<TaskResult>& tasks, const Line& line_of) {
  size_t count = 0;
  for (const TaskResult& task : tasks) {
    const std::string line = line_of(task);
    if (!line.empty() && ++count <= kNamedTasks) lines.push_back(line);
  }
  if (count > kNamedTasks) lines.push_back(fmt::format("... and {} more tasks like these", count - kNamedTasks));
}

}  // namespace

UnknownPieces unknown_pieces(const AskedTask& asked, const TaskRow& row, const EvalPrompt& prompt,
                             const Tokenizer& tokenizer) {
  UnknownPieces unknown{num_unknown_pieces(prompt.source), 0, unknown_in_answers(asked.run, row, tokenizer)};
  for (size_t option = 0; asked.ranked && option < row.options.size(); ++option)
    unknown.options += unknown_in(tokenizer, render_choice(asked.run.prompt(), asked.run.task, row, option));
  return unknown;
}

std::vector<std::string> lost_stops(const Tokenizer& tokenizer, const std::vector<std::string>& stop) {
  std::vector<std::string> lost;
  for (const std::string& text : stop) {
    const std::string written = tokenizer.decode(tokenizer.encode_text("x" + text + "x"));
    if (written.find(text) == std::string::npos) lost.push_back(text);
  }
  return lost;
}

std::vector<std::string> vocabulary_warnings(const std::vector<TaskResult>& tasks) {
  std::vector<std::string> lines;
  add_lines(lines, tasks, unknown_line);
  add_lines(lines, tasks, tie_line);
  std::map<std::string, int64_t> lost;
  for (const TaskResult& task : tasks) {
    for (const std::string& stop : task.lost_stops) ++lost[stop];
  }
  for (const auto& [stop, count] : lost) {
    lines.push_back(fmt::format("the stop text {} of {} {} can never come: this vocabulary does not write it",
                                json_excerpt(stop), count, count == 1 ? "task" : "tasks"));
  }
  return lines;
}

}  // namespace flanmoe
