// flanmoe generate: prompts in, answers out. What it reads and writes is in generate_files.h, how it converses in
// generate_interactive.h.

#include <iostream>
#include <optional>
#include <span>

#include "answering/routes_json.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/progress.h"
#include "base/stopwatch.h"
#include "cli/command.h"
#include "cli/generate_files.h"
#include "cli/generate_interactive.h"
#include "data/tokenizer/text_loss.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "decode/generate.h"
#include "model/folder.h"
#include "tensor/device.h"

namespace flanmoe {
namespace {

struct GenerateArguments {
  std::string model, input, output;
  std::vector<std::string> words;  // prompts and key=value
  bool json = false, routing = false, interactive = false, resume = false;
};

// "max_new_tokens=8" is a setting; anything else is a prompt.
bool is_setting(const std::string& word) {
  const size_t equals = word.find('=');
  return equals != std::string::npos && equals > 0 &&
         std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals),
                     [](unsigned char c) { return std::islower(c) || c == '_'; });
}

// The model's own defaults, with what was typed on top.
GenerateOptions read_options(const GenerateArguments& arguments) {
  std::vector<std::string> settings;
  std::copy_if(arguments.words.begin(), arguments.words.end(), std::back_inserter(settings), is_setting);
  GenerateOptions options;
  const fs::path file = fs::path(arguments.model) / "generation_config.json";
  if (fs::exists(file)) apply_generation_config(read_json(file), file.string(), options);
  load_options(with_overrides(ConfigNode(), settings), options);
  return options;
}

std::vector<Prompt> read_prompts(const GenerateArguments& arguments) {
  std::vector<Prompt> prompts;
  for (const std::string& word : arguments.words) {
    if (!is_setting(word)) prompts.push_back({word, nullptr, fmt::format("prompt {}", prompts.size() + 1)});
  }
  if (!prompts.empty() && !arguments.input.empty()) {
    fail_input("prompts are given both as arguments and by --input {}; expected one of them", arguments.input);
  }
  if (!arguments.input.empty()) return prompts_of_file(arguments.input);
  return prompts.empty() ? prompts_of_stream(std::cin) : prompts;
}

// Says what was decoded and how fast.
void log_speed(const std::vector<std::vector<Answer>>& answers, double seconds) {
  size_t num_tokens = 0;
  for (const auto& of_prompt : answers) {
    for (const Answer& answer : of_prompt) num_tokens += answer.ids.size();
  }
  log_debug("{} tokens in {:.3f} s, {:.1f} tokens/s", num_tokens, seconds, static_cast<double>(num_tokens) / seconds);
}

void answer_part(const Session& session, std::span<const Prompt> part, const GenerateHooks& hooks, bool routing,
                 TextLoss& lost, AnswerWriter& writer) {
  std::vector<TokenIds> sources;
  for (const Prompt& prompt : part) {
    sources.push_back(session.encode(prompt));
    lost.add(prompt.text, sources.back());
  }
  const Stopwatch watch;
  const auto answers = generate_answers(session.weights, sources, session.options, hooks);
  log_speed(answers, watch.seconds());
  for (size_t i = 0; i < part.size(); ++i) {
    writer.write(part[i], answers[i], routing ? routes_json(session, sources[i], answers[i][0]) : Json());
  }
}

void answer_all(const Session& session, const GenerateArguments& arguments) {
  const std::vector<Prompt> prompts = read_prompts(arguments);
  AnswerWriter writer(session, {arguments.output, arguments.json, arguments.resume});
  const size_t first = std::min(writer.num_written(), prompts.size());
  if (first > 0) log_info("{}: {} answers are there already", arguments.output, first);
  TextLoss lost(session.tokenizer);
  std::optional<Progress> progress;
  if (prompts.size() > 1) progress.emplace("generate", static_cast<int64_t>(prompts.size()), "prompt");
  const auto chunk = static_cast<size_t>(session.options.batch) * 16;  // like lengths are found within a chunk
  for (size_t begin = first; begin < prompts.size(); begin += chunk) {
    GenerateHooks hooks = session.hooks();
    hooks.ids_only = !writer.writes_json();
    hooks.prompts_done = [&](int64_t done) {
      if (progress) progress->update(static_cast<int64_t>(begin) + done, "");
    };
    const size_t size = std::min(chunk, prompts.size() - begin);
    answer_part(session, std::span(prompts).subspan(begin, size), hooks, arguments.routing, lost, writer);
  }
  if (progress) progress->finish(arguments.output);
  for (const std::string& warning : lost.warnings()) log_warn("{}", warning);
}

int run(const GenerateArguments& arguments) {
  const GenerateOptions options = read_options(arguments);
  const Stopwatch watch;
  const T5Model model = load_model(arguments.model).to(chosen_device());
  const DecodingWeights weights = prepare_decoding(model);
  log_debug("{}: loaded in {:.3f} s, peak memory {} bytes", arguments.model, watch.seconds(), peak_memory_bytes());
  const Tokenizer tokenizer = open_model_tokenizer(arguments.model);
  check_tokenizer_fits(tokenizer, model.options().vocab_size, arguments.model);
  options.check(model.options().vocab_size);
  const Session session{weights, tokenizer, options};
  if (arguments.interactive) {
    converse(session);
  } else {
    answer_all(session, arguments);
  }
  return kExitDone;
}

}  // namespace

std::function<int()> setup_generate(CLI::App& parser) {
  auto arguments = std::make_shared<GenerateArguments>();
  parser.add_option("model", arguments->model, "model folder, ours or of transformers (with safetensors)")
      ->required()
      ->type_name("MODEL");
  parser
      .add_option("words", arguments->words,
                  "prompts (else --input, else one per line on stdin), and settings as key=value; they override the "
                  "folder's generation_config.json:\n" +
                      setting_help<GenerateOptions>())
      ->type_name("TEXT");
  parser
      .add_option("--input", arguments->input,
                  "prompts: one per line, or .jsonl with a text 'prompt' per object; .gz too")
      ->type_name("FILE");
  parser.add_option("--output", arguments->output, "answers go here, in the order of the prompts; .jsonl means --json")
      ->type_name("FILE");
  parser.add_flag("--resume", arguments->resume, "go on behind the answers that --output holds already");
  parser.add_flag("--json", arguments->json,
                  "one object per prompt: answers with text, score, log-probability, and every token with its own");
  parser.add_flag("--routing", arguments->routing,
                  "with --json: the experts of every token of prompt and best answer in every sparse layer, and drops");
  parser.add_flag("--interactive", arguments->interactive, "ask for prompts and show answers as they come");
  add_device_option(parser);
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
