// flanmoe data show: examples as a model sees them, input and target apart.
#include <ATen/ATen.h>

#include <iostream>

#include "base/error.h"
#include "base/json.h"
#include "base/presets.h"
#include "base/random.h"
#include "cli/data_choice.h"
#include "cli/data_commands.h"
#include "cli/output.h"
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/mixture_source.h"
#include "data/packing.h"
#include "data/render.h"
#include "run/options.h"
#include "run/source.h"
#include "run/tokenizer.h"

namespace flanmoe {
namespace {

struct ShowArguments {
  std::string what, data = ".", tokenizer, split;
  int64_t count = 10, seed = 1, prompt = -1;
  bool corpus = false, json = false;
};

// One example with what is known of it, in the order in which it is printed.
struct Shown {
  Json facts;
  RenderedExample text;
  std::optional<TokenPair> tokens;
};

// Control characters are made visible; line ends stay, indented, so that the text stands apart.
std::string indented(const std::string& text) {
  std::string result;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    result += "  " + printable(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return result;
}

std::vector<std::string> pieces_of(const Tokenizer& tokenizer, const TokenIds& ids) {
  std::vector<std::string> pieces;
  for (const int32_t id : ids) pieces.push_back(tokenizer.piece(id));
  return pieces;
}

void print_side(const char* name, const std::string& text, const TokenIds* ids, const Tokenizer* tokenizer) {
  std::cout << name << ":\n" << indented(text);
  if (ids == nullptr) return;
  std::cout << fmt::format("{} pieces ({}): {}\n", name, ids->size(), fmt::join(pieces_of(*tokenizer, *ids), " "))
            << fmt::format("{} ids: {}\n", name, fmt::join(*ids, " "));
}

void print(const Shown& shown, const Tokenizer* tokenizer) {
  std::vector<std::string> facts;
  for (const auto& [key, value] : shown.facts.items())
    facts.push_back(fmt::format("{} {}", key, value.is_string() ? value.get<std::string>() : value.dump()));
  std::cout << fmt::format("[{}]\n", fmt::join(facts, ", "));
  print_side("input", shown.text.input, shown.tokens ? &shown.tokens->source : nullptr, tokenizer);
  print_side("target", shown.text.target, shown.tokens ? &shown.tokens->target : nullptr, tokenizer);
  std::cout << "\n";
}

void print_json(const Shown& shown, const Tokenizer* tokenizer) {
  Json line = shown.facts;
  line["input"] = shown.text.input;
  line["target"] = shown.text.target;
  if (shown.tokens) {
    line["input_ids"] = shown.tokens->source;
    line["input_pieces"] = pieces_of(*tokenizer, shown.tokens->source);
    line["target_ids"] = shown.tokens->target;
    line["target_pieces"] = pieces_of(*tokenizer, shown.tokens->target);
  }
  std::cout << json_line(line) << "\n";
}

TokenIds ended(TokenIds ids) {
  ids.push_back(kEosId);
  return ids;
}

// A mixture's draws: what training reads, step by step.
std::vector<Shown> mixture_examples(const ShowArguments& arguments, const MixtureOptions& options,
                                    const Tokenizer* tokenizer) {
  if (!arguments.split.empty() || arguments.prompt >= 0)
    fail_input("--split and --template are for tasks; '{}' is a mixture, which draws both", arguments.what);
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
      shown.tokens = TokenPair{ended(tokenizer->encode(shown.text.input)), ended(tokenizer->encode(shown.text.target))};
    examples.push_back(std::move(shown));
  }
  return examples;
}

// Rows of the corpus with their spans masked, as pre-training on a world reads them.
std::vector<Shown> corpus_examples(const ShowArguments& arguments) {
  RunOptions run;
  load_options(load_config(find_preset("train", "pretrain")), run);
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

std::vector<Shown> chosen_examples(const ShowArguments& arguments, const Tokenizer* tokenizer) {
  if (arguments.corpus) return corpus_examples(arguments);
  if (arguments.what.empty()) fail_input("say what to show: a task, a mixture, or --corpus");
  const DataChoice choice = choose_data(arguments.what, arguments.data);
  if (choice.mixture) return mixture_examples(arguments, *choice.mixture, tokenizer);
  std::vector<Shown> examples;
  for (const TaskSpec& task : choice.tasks) {
    for (Shown& shown : task_examples(arguments, task, tokenizer)) examples.push_back(std::move(shown));
  }
  return examples;
}

int run(const ShowArguments& arguments) {
  std::optional<Tokenizer> tokenizer;
  if (!arguments.tokenizer.empty() && !arguments.corpus) tokenizer.emplace(arguments.tokenizer);
  const Tokenizer* shown_by = tokenizer ? &*tokenizer : nullptr;
  for (const Shown& shown : chosen_examples(arguments, shown_by))
    arguments.json ? print_json(shown, shown_by) : print(shown, shown_by);
  return kExitDone;
}

}  // namespace

std::function<int()> setup_data_show(CLI::App& parser) {
  auto arguments = std::make_shared<ShowArguments>();
  parser.add_option("what", arguments->what, "a task file, folder or name; a mixture: " + preset_help("mixtures"))
      ->type_name("TASK|MIXTURE");
  parser.add_option("--data", arguments->data, "folder that {data} stands for (default: the current one)")
      ->type_name("FOLDER");
  parser.add_option("--count", arguments->count, "examples of each task, or of the mixture (default 10)")
      ->check(CLI::PositiveNumber);
  parser.add_option("--seed", arguments->seed, "of the drawing (default 1)");
  parser
      .add_option("--template", arguments->prompt,
                  "of a task: this one of its templates, counted from 0, chains of thought last (default: in turn)")
      ->check(CLI::NonNegativeNumber);
  parser.add_option("--split", arguments->split, "of a task: its rows (default: train, else what evaluation asks)");
  parser
      .add_option("--tokenizer", arguments->tokenizer,
                  "SentencePiece model: also print pieces and ids; a mixture is fitted to its lengths")
      ->type_name("FILE");
  parser.add_flag("--corpus", arguments->corpus, "rows of the corpus of a world (--data) with their spans masked");
  parser.add_flag("--json", arguments->json, "one JSON object per example on stdout");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
