// flanmoe data show: examples as a model sees them, input and target apart.
#include <iostream>

#include "cli/data_commands.h"
#include "cli/data_show_examples.h"
#include "cli/output.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

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
  std::cout << json_line(line, "standard output") << "\n";
}

int run(const ShowArguments& arguments) {
  std::optional<Tokenizer> tokenizer;
  if (!arguments.tokenizer.empty() && !arguments.corpus)
    tokenizer = open_tokenizer_at(model_folder(arguments.tokenizer));
  const Tokenizer* shown_by = tokenizer ? &*tokenizer : nullptr;
  for (const Shown& shown : chosen_examples(arguments, shown_by))
    arguments.json ? print_json(shown, shown_by) : print(shown, shown_by);
  return kExitDone;
}

}  // namespace

std::function<int()> setup_data_show(CLI::App& parser) {
  auto arguments = std::make_shared<ShowArguments>();
  parser.add_option("what", arguments->what, "task files, folders or names; mixtures: " + preset_help("mixtures"))
      ->type_name("TASK|MIXTURE");
  parser.add_option("--data", arguments->data, "folder that {data} stands for (default: the current one)")
      ->type_name("FOLDER");
  parser.add_option("--count", arguments->count, "examples of each task, or of the mixture (default 10)")
      ->check(whole_number_from(1));
  parser.add_option("--seed", arguments->seed, "of the drawing (default 1)");
  parser
      .add_option("--template", arguments->prompt,
                  "of a task: this one of its templates, counted from 0, chains of thought last (default: in turn)")
      ->check(whole_number_from(0));
  parser.add_option("--split", arguments->split, "of a task: its rows (default: train, else what evaluation asks)");
  parser
      .add_option("--tokenizer", arguments->tokenizer,
                  "SentencePiece model or model folder: also print pieces and ids; a mixture is fitted to its lengths")
      ->type_name("FILE|FOLDER");
  parser.add_flag(
      "--eval", arguments->eval,
      "of a task: the prompts that evaluation makes of its first rows, exemplars and all, with what is ranked; "
      "with --tokenizer as they are cut to fit");
  parser
      .add_option("--source-length", arguments->source_length,
                  "of --eval with --tokenizer: tokens of a prompt (default 2048, as in the suites)")
      ->check(CLI::Range(int64_t{2}, int64_t{1} << 30));
  parser.add_flag("--corpus", arguments->corpus, "rows of the corpus of a world (--data) with their spans masked");
  parser.add_flag("--json", arguments->json, "one JSON object per example on stdout");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
