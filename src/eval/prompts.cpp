#include "eval/prompts.h"

namespace flanmoe {
namespace {

std::vector<TaskRow> exemplars_of(const TaskSpec& task, int64_t shots) {
  if (shots == 0) return {};
  std::vector<TaskRow> rows = load_rows(task, task.splits.contains("dev") ? "dev" : "train");
  if (static_cast<int64_t>(rows.size()) > shots) rows.resize(shots);
  return rows;
}

}  // namespace

std::vector<EvalPrompt> make_prompts(const TaskSpec& task, const std::vector<TaskRow>& rows, bool cot, const EvalOptions& options,
                                     const Tokenizer& tokenizer) {
  const PromptTemplate& prompt = cot ? task.cot_templates.front() : task.templates.front();
  const std::vector<TaskRow> exemplars = exemplars_of(task, options.shots);
  const auto limit = static_cast<size_t>(options.source_length - 1);
  std::vector<EvalPrompt> prompts;
  for (const TaskRow& row : rows) {
    std::vector<const TaskRow*> shown;
    for (const TaskRow& exemplar : exemplars) shown.push_back(&exemplar);
    EvalPrompt made{row, tokenizer.encode(render_few_shot(prompt, task, shown, row).input), false};
    while (made.source.size() > limit && !shown.empty()) {
      shown.pop_back();
      made.source = tokenizer.encode(render_few_shot(prompt, task, shown, row).input);
      made.truncated = true;
    }
    if (made.source.size() > limit) {
      made.source.erase(made.source.begin(), made.source.end() - static_cast<std::ptrdiff_t>(limit));
      made.truncated = true;
    }
    made.source.push_back(kEosId);
    prompts.push_back(std::move(made));
  }
  return prompts;
}

}  // namespace flanmoe
