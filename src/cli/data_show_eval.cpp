#include "cli/data_show_examples.h"
#include "data/readers/bad_rows.h"
#include "eval/asking/prompts.h"
#include "eval/asking/task_run.h"

namespace flanmoe {
namespace {

Json facts_of(const AskedTask& asked, const TaskRow& row) {
  const TaskRun& run = asked.run;
  Json facts = {{"task", run.task.name},
                {"split", run.split()},
                {"row", row.id},
                {"prompting", name_of(run.prompting)},
                {"answer", asked.ranked ? "ranked" : "generated"}};
  if (asked.ranked) {
    for (size_t option = 0; option < row.options.size(); ++option)
      facts["options"].push_back(render_choice(run.prompt(), run.task, row, option).text);
  } else {
    facts["stop"] = run.task.eval.stop;
    facts["max_new_tokens"] = run.max_new_tokens();
  }
  return facts;
}

Shown shown_row(const AskedTask& asked, const TaskRow& row, const Tokenizer* tokenizer) {
  const RenderedText target = render(asked.run.prompt(), asked.run.task, row).whole_target();
  Shown shown{facts_of(asked, row), {"", target.text}, {}};
  if (tokenizer == nullptr) {
    shown.text.input = whole_prompt(asked, row);
    return shown;
  }
  EvalPrompt prompt = make_prompt(asked, row, *tokenizer);
  shown.text.input = prompt.text;
  shown.facts["exemplars"] = prompt.num_exemplars;
  shown.facts["exemplars_dropped"] = prompt.num_exemplars_dropped;
  shown.facts["context_cut"] = prompt.context_cut;
  shown.facts["refused"] = prompt.refused;
  shown.tokens = TokenPair{std::move(prompt.source), target.ids_with_end(*tokenizer)};
  return shown;
}

}  // namespace

std::vector<Shown> evaluation_examples(const ShowArguments& arguments, const TaskSpec& task,
                                       const Tokenizer* tokenizer) {
  EvalOptions options = as_tasks_say();
  options.split = arguments.split;
  options.prompts = PromptKinds::kBoth;
  options.max_items = arguments.count;
  options.source_length = arguments.source_length;
  options.too_long = TooLong::kContext;
  BadRows bad_rows;
  std::vector<Shown> examples;
  for (const TaskRun& run : runs_of_task(task, options, task.suite)) {
    const AskedTask asked = open_task(run, bad_rows);
    for (const TaskRow& row : asked.rows) examples.push_back(shown_row(asked, row, tokenizer));
  }
  return examples;
}

}  // namespace flanmoe
