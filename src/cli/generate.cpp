#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/command.h"
#include "data/tokenizer_folder.h"
#include "decode/generate.h"
#include "model/folder.h"

namespace flanmoe {
namespace {

struct GenerateArguments {
  std::string model;
  std::vector<std::string> words;  // prompts and key=value
  bool json = false;
};

// "max_new_tokens=8" is a setting; anything else is a prompt.
bool is_setting(const std::string& word) {
  const size_t equals = word.find('=');
  return equals != std::string::npos && equals > 0 &&
         std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](unsigned char c) { return std::islower(c) || c == '_'; });
}

std::vector<std::string> prompts_of(const GenerateArguments& arguments) {
  std::vector<std::string> prompts;
  for (const std::string& word : arguments.words) {
    if (!is_setting(word)) prompts.push_back(word);
  }
  if (!prompts.empty()) return prompts;
  for (std::string line; std::getline(std::cin, line);) prompts.push_back(line);
  if (prompts.empty()) fail_input("no prompt: give prompts as arguments, or one per line on stdin");
  return prompts;
}

int run(const GenerateArguments& arguments) {
  std::vector<std::string> settings;
  std::copy_if(arguments.words.begin(), arguments.words.end(), std::back_inserter(settings), is_setting);
  GenerateOptions options;
  load_options(with_overrides(ConfigNode(), settings), options);
  const T5Model model = load_model(arguments.model);
  const Tokenizer tokenizer = open_model_tokenizer(arguments.model);
  const std::vector<std::string> prompts = prompts_of(arguments);
  std::vector<std::vector<int32_t>> sources;
  for (const std::string& prompt : prompts) {
    sources.push_back(tokenizer.encode(prompt));
    sources.back().push_back(kEosId);
  }
  const auto answers = generate(model, sources, options);
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string text = tokenizer.decode(answers[i]);
    std::cout << (arguments.json ? Json{{"prompt", prompts[i]}, {"answer", text}}.dump() : text) << "\n";
  }
  return kExitDone;
}

}  // namespace

std::function<int()> setup_generate(CLI::App& parser) {
  auto arguments = std::make_shared<GenerateArguments>();
  parser.add_option("model", arguments->model, "model folder, such as RUN/checkpoints/step-1000")
      ->required()
      ->type_name("MODEL");
  parser
      .add_option("words", arguments->words, "prompts, and settings as key=value:\n" + setting_help<GenerateOptions>())
      ->type_name("TEXT");
  parser.add_flag("--json", arguments->json, "one JSON object per answer");
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
