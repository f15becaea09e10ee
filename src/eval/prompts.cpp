#include "eval/prompts.h"

namespace flanmoe {
namespace {

std::string exemplar_split(const TaskSpec& task) { return task.splits.contains("dev") ? "dev" : "train"; }

// The first exemplars of a row; itself is none of them.
std::vector<const TaskRow*> exemplars_for(const TaskRow& row, const std::vector<TaskRow>& candidates, bool same_split,
                                          int64_t shots) {
  std::vector<const TaskRow*> shown;
  for (const TaskRow& candidate : candidates) {
    if (static_cast<int64_t>(shown.size()) == shots) break;
    if (!same_split || candidate.id != row.id) shown.push_back(&candidate);
  }
  return shown;
}

}  // namespace

std::vector<EvalPrompt> make_prompts(const TaskSpec& task, const std::vector<TaskRow>& rows, bool cot,
                                     const EvalOptions& options, const Tokenizer& tokenizer) {
  const PromptTemplate& prompt = cot ? task.cot_templates.front() : task.templates.front();
  const std::string split = exemplar_split(task);
  const std::vector<TaskRow> candidates = options.shots == 0 ? std::vector<TaskRow>{} : load_rows(task, split);
  const auto limit = static_cast<size_t>(options.source_length - 1);
  std::vector<EvalPrompt> prompts;
  for (const TaskRow& row : rows) {
    std::vector<const TaskRow*> shown = exemplars_for(row, candidates, split == options.split, options.shots);
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
