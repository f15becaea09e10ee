#include "cli/data_show_examples.h"

#include <ATen/ATen.h>

#include <iterator>

#include "base/error.h"
#include "base/presets.h"
#include "base/random.h"
#include "cli/data_choice.h"
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/mixture_source.h"
#include "run/options.h"
#include "run/source.h"
#include "run/tokenizer.h"

namespace flanmoe {
namespace {

// A mixture's draws: what training reads, step by step.
std::vector<Shown> mixture_examples(const ShowArguments& arguments, const std::string& word,
                                    const MixtureOptions& options, const Tokenizer* tokenizer) {
  if (!arguments.split.empty() || arguments.prompt >= 0)
    fail_input("--split and --template are for tasks; '{}' is a mixture, which draws both", word);
  const MixtureStream stream(options, arguments.data, static_cast<uint64_t>(arguments.seed));
  std::vector<Shown> examples;
  for (int64_t i = 0; i < arguments.count; ++i) {
    const MixtureDraw draw = stream.draw(static_cast<uint64_t>(i));
    Shown shown{{{"task", draw.task->task.name},
                 {"group", draw.task->task.group},
                 {"style", std::string(draw.style())},
                 {"shots", draw.exemplars.size()},
                 {"cot", draw.cot},
                 {"inverted", draw.inverted},
                 {"template", draw.prompt}},
                text_of(draw),
                {}};
    if (tokenizer != nullptr) {
      FittedExample fitted = fit_example(draw, options, *tokenizer);
      shown.facts["shots_left"] = fitted.num_shots;
      shown.facts["cut"] = fitted.source_cut || fitted.target_cut;
      shown.tokens = std::move(fitted.tokens);
    }
    examples.push_back(std::move(shown));
  }
  return examples;
}

std::string split_of(const TaskSpec& task, const std::string& asked) {
  if (!asked.empty()) return asked;
  for (const std::string& split : {std::string("train"), task.eval.split}) {
    if (task.splits.contains(split)) return split;
  }
  return task.splits.begin()->first;
}

// Rows of a task, drawn by the seed; its templates in turn, chain-of-thought ones where the row has a rationale.
std::vector<Shown> task_examples(const ShowArguments& arguments, const TaskSpec& task, const Tokenizer* tokenizer) {
  const std::string split = split_of(task, arguments.split);
  const std::vector<TaskRow> rows = load_rows(task, split);
  const auto num_direct = static_cast<int64_t>(task.templates.size());
  const int64_t num_templates = num_direct + static_cast<int64_t>(task.cot_templates.size());
  if (arguments.prompt >= num_templates)
    fail_input("--template is {}, but task '{}' has {} templates: 0 to {}", arguments.prompt, task.name, num_templates,
               num_templates - 1);
  RandomStream stream(static_cast<uint64_t>(arguments.seed), "show " + task.name);
  std::vector<Shown> examples;
  for (const size_t place : stream.sample(rows.size(), std::min(rows.size(), static_cast<size_t>(arguments.count)))) {
    const TaskRow& row = rows[place];
    const int64_t usable = row.rationale.empty() ? num_direct : num_templates;
    const int64_t number = arguments.prompt >= 0 ? arguments.prompt : static_cast<int64_t>(examples.size()) % usable;
    const bool cot = number >= num_direct;
    const PromptTemplate& prompt = cot ? task.cot_templates[static_cast<size_t>(number - num_direct)]
                                       : task.templates[static_cast<size_t>(number)];
    Shown shown{{{"task", task.name},
                 {"split", split},
                 {"row", row.id},
                 {"template", number},
                 {"cot", cot},
                 {"inverted", prompt.inverted}},
                render(prompt, task, row),
                {}};
    if (tokenizer != nullptr)
      shown.tokens = TokenPair{shown.text.whole_input().ids_with_end(*tokenizer),
                               shown.text.whole_target().ids_with_end(*tokenizer)};
    examples.push_back(std::move(shown));
  }
  return examples;
}

// Rows of the corpus with their spans masked, as pre-training on a world reads them.
std::vector<Shown> corpus_examples(const ShowArguments& arguments) {
  RunOptions run;
  load_run_options(load_config(find_preset("train", "pretrain")), run);
  run.data = arguments.data;
  run.tokenizer = arguments.tokenizer;
  run.seed = arguments.seed;
  run.corpus.rows_per_batch = arguments.count;
  const Tokenizer tokenizer = open_tokenizer(run);
  const TokenBatch batch = make_source(run, tokenizer)->batch(0);
  const auto decoded = [&tokenizer](const at::Tensor& ids) {
    TokenIds row;
    for (int64_t i = 0; i < ids.size(0); ++i) row.push_back(ids[i].item<int32_t>());
    return tokenizer.decode(row);
  };
  std::vector<Shown> examples;
  for (int64_t b = 0; b < batch.source_ids.size(0); ++b)
    examples.push_back({{{"corpus", b}}, {decoded(batch.source_ids[b]), decoded(batch.target_ids[b])}, {}});
  return examples;
}

}  // namespace

std::vector<Shown> chosen_examples(const ShowArguments& arguments, const Tokenizer* tokenizer) {
  if (arguments.eval && (arguments.corpus || arguments.prompt >= 0))
    fail_input("--eval shows tasks as evaluation asks them; expected neither --corpus nor --template");
  if (arguments.corpus) return corpus_examples(arguments);
  if (arguments.what.empty()) fail_input("say what to show: a task, a mixture, or --corpus");
  std::vector<Shown> examples;
  const auto append = [&examples](std::vector<Shown> more) {
    std::move(more.begin(), more.end(), std::back_inserter(examples));
  };
  for (const std::string& word : arguments.what) {
    const DataChoice choice = choose_data(word, arguments.data);
    if (choice.mixture && arguments.eval)
      fail_input("--eval is for tasks; '{}' is a mixture, which evaluation does not ask", word);
    if (choice.mixture) append(mixture_examples(arguments, word, *choice.mixture, tokenizer));
    for (const TaskSpec& task : choice.tasks) {
      append(arguments.eval ? evaluation_examples(arguments, task, tokenizer)
                            : task_examples(arguments, task, tokenizer));
    }
  }
  return examples;
}

}  // namespace flanmoe
