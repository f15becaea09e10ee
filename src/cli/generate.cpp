// flanmoe generate: prompts in, answers out. What it reads and writes is in generate_files.h.

#include <iostream>
#include <optional>
#include <span>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/progress.h"
#include "base/stopwatch.h"
#include "cli/command.h"
#include "cli/generate_files.h"
#include "data/stop_text.h"
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

// What answering needs at every prompt.
struct Session {
  const DecodingWeights& weights;
  const Tokenizer& tokenizer;
  const GenerateOptions& options;
  TextLoss& lost;

  GenerateHooks hooks() const {
    GenerateHooks result;
    if (!options.stop.empty()) result.stops = stop_hook(tokenizer, options.stop);
    return result;
  }
  TokenIds encode(const Prompt& prompt) const {
    const TokenIds ids = encode_prompt(prompt, tokenizer, options.max_prompt_tokens);
    lost.add(prompt.text, ids);
    return ids;
  }
};

void answer_part(const Session& session, std::span<const Prompt> part, const GenerateHooks& hooks, bool routing,
                 AnswerWriter& writer) {
  std::vector<TokenIds> sources;
  for (const Prompt& prompt : part) sources.push_back(session.encode(prompt));
  const Stopwatch watch;
  const auto answers = generate_answers(session.weights, sources, session.options, hooks);
  log_speed(answers, watch.seconds());
  for (size_t i = 0; i < part.size(); ++i) {
    const Json experts =
        routing ? routing_json(session.weights.model, session.tokenizer, sources[i], answers[i][0]) : Json();
    writer.write(part[i], answers[i], experts);
  }
}

void answer_all(const Session& session, const GenerateArguments& arguments) {
  const std::vector<Prompt> prompts = read_prompts(arguments);
  AnswerWriter writer(session.tokenizer, session.options, {arguments.output, arguments.json, arguments.resume});
  const size_t first = std::min(writer.num_written(), prompts.size());
  if (first > 0) log_info("{}: {} answers are there already", arguments.output, first);
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
    answer_part(session, std::span(prompts).subspan(begin, size), hooks, arguments.routing, writer);
  }
  if (progress) progress->finish(arguments.output);
  for (const std::string& warning : session.lost.warnings()) log_warn("{}", warning);
}

// Answers one line, showing it as it comes.
void answer_line(const Session& session, const std::string& line) {
  const auto text_of = [&session](const TokenIds& ids) {
    return cut_at_stop(session.tokenizer.decode(ids), session.options.stop);
  };
  TokenIds ids;
  size_t shown = 0;
  GenerateHooks hooks = session.hooks();
  hooks.ids_only = true;
  hooks.token = [&](int32_t id) {
    ids.push_back(id);
    const std::string text = text_of(ids);
    if (text.size() <= shown) return;
    std::cout << text.substr(shown) << std::flush;
    shown = text.size();
  };
  const TokenIds source = session.encode({line, nullptr, "the prompt"});
  const auto answers = generate_answers(session.weights, {source}, session.options, hooks);
  if (session.options.num_beams > 1) std::cout << text_of(answers[0][0].ids);
  std::cout << "\n";
}

void converse(const Session& session) {
  std::cerr << "one prompt per line; an empty line or end of input leaves\n";
  for (std::string line; std::cerr << "> " << std::flush, std::getline(std::cin, line) && !line.empty();) {
    try {
      answer_line(session, line);
    } catch (const UserError& error) {  // the next line may be a better one
      log_text(LogLevel::kError, error.what());
    }
  }
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
  TextLoss lost(tokenizer);
  const Session session{weights, tokenizer, options, lost};
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
