// flanmoe generate: prompts in, answers out. What it reads and writes is in generate_files.h, how it converses in
// generate_interactive.h.

#include <iostream>
#include <optional>

#include "answering/routes.h"
#include "answering/routes_json.h"
#include "answering/routes_table.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/progress.h"
#include "base/signals.h"
#include "base/stopwatch.h"
#include "base/text_file.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/generate_files.h"
#include "cli/generate_interactive.h"
#include "cli/output.h"
#include "data/tokenizer/text_loss.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "data/tokenizer/written_tokens.h"
#include "decode/generate.h"
#include "eval/files/config_json.h"
#include "model/folder.h"
#include "tensor/device.h"
#include "tensor/platform.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct GenerateArguments {
  std::string model, input, output, routing_table;
  std::vector<std::string> words;  // prompts and key=value
  bool json = false, routing = false, interactive = false, resume = false, plain = false;
};

// "max_new_tokens=8" is a setting, and "max_tokens=8" one that is misspelt; "x=3, what is x?" is a prompt.
bool is_setting(const std::string& word) {
  static const ConfigNode settings = parse_config(dump_options(GenerateOptions()), "settings");
  const size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  const std::string key = word.substr(0, equals);
  if (settings.has(key)) return true;
  const bool is_name = std::all_of(key.begin(), key.end(), [](unsigned char c) { return std::islower(c) || c == '_'; });
  return is_name && key.size() > 1 && word.find_first_of(" \t\n") == std::string::npos;
}

// Settings and prompts of the words; behind -- all are prompts.
struct Words {
  std::vector<std::string> settings, prompts;
};
Words words_of(const GenerateArguments& arguments) {
  Words words;
  for (const std::string& word : arguments.words) (is_setting(word) ? words.settings : words.prompts).push_back(word);
  words.prompts.insert(words.prompts.end(), words_behind_dashes().begin(), words_behind_dashes().end());
  return words;
}

// The model's own defaults, with what was typed on top.
GenerateOptions with_typed(GenerateOptions options, const GenerateArguments& arguments) {
  try {
    load_options(with_overrides(ConfigNode(), words_of(arguments).settings), options);
  } catch (const UserError& error) {
    fail_input("{}. A prompt that looks like a setting goes behind --", error.what());
  }
  return options;
}

// What was typed may not go with what the folder says.
void check_options(const GenerateOptions& options, const GenerateOptions& of_folder, const std::string& folder,
                   int64_t vocab_size) {
  try {
    options.check(vocab_size);
  } catch (const UserError& error) {
    if (dump_options(of_folder) == dump_options(GenerateOptions())) throw;
    fail_input("{} (what is not typed as key=value is said by {}: generation_config.json or config.json)", error.what(),
               folder);
  }
}

std::vector<Prompt> read_prompts(const GenerateArguments& arguments) {
  std::vector<Prompt> prompts;
  for (const std::string& word : words_of(arguments).prompts)
    prompts.push_back({word, nullptr, fmt::format("prompt {}", prompts.size() + 1)});
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

// Prompts and their ids.
struct Asked {
  std::vector<Prompt> prompts;
  std::vector<TokenIds> sources;
};

// Every prompt is looked at before the first one is answered.
Asked read_asked(const Session& session, const GenerateArguments& arguments) {
  Asked asked{read_prompts(arguments), {}};
  TextLoss lost(session.tokenizer);
  WrittenTokens written(session.tokenizer);
  for (const Prompt& prompt : asked.prompts) {
    asked.sources.push_back(session.encode(prompt));
    lost.add(prompt.text, asked.sources.back());
    if (!session.plain) written.add(prompt.text);
  }
  if (const std::string told = written.told(); !told.empty()) log_info("{}", told);
  for (const std::string& warning : lost.warnings()) log_warn("{}", warning);
  return asked;
}

// What decides the answers.
Json config_of(const Session& session, const GenerateArguments& arguments, const Asked& asked) {
  std::string prompts;
  for (const Prompt& prompt : asked.prompts) prompts += Json({prompt.text, prompt.id}).dump() + "\n";
  return {{"version", kVersion},
          {"model_hash", model_hash(arguments.model)},
          {"tokenizer_hash", session.tokenizer.fingerprint()},
          {"settings", settings_json(dump_options(session.options))},
          {"json", arguments.json},
          {"routing", arguments.routing},
          {"plain", arguments.plain},
          {"num_prompts", asked.prompts.size()},
          {"prompts", checksum_text(prompts)},
          {"platform", platform_json()}};
}

// Routes have no place in answers that are lines of text.
void check_routing(const GenerateArguments& arguments, const OutputOptions& output) {
  if (arguments.routing && arguments.routing_table.empty() && !writes_json(output))
    fail_input(
        "--routing: routes are part of the JSON; expected --json, --output FILE.jsonl, or --routing-table FILE.csv");
  if (arguments.resume && arguments.output.empty())
    fail_input("--resume goes on behind the answers in a file; expected --output FILE");
  if (!arguments.routing_table.empty() && arguments.resume)
    fail_input("--routing-table {}: it is written from the first prompt on; expected no --resume",
               arguments.routing_table);
}

// A conversation reads lines of stdin and shows answers: what asks for more would be passed over.
void check_interactive(const GenerateArguments& arguments) {
  if (!arguments.interactive) return;
  const std::vector<std::pair<const char*, bool>> others = {{"prompts", !words_of(arguments).prompts.empty()},
                                                            {"--input", !arguments.input.empty()},
                                                            {"--output", !arguments.output.empty()},
                                                            {"--resume", arguments.resume},
                                                            {"--json", arguments.json},
                                                            {"--routing", arguments.routing},
                                                            {"--routing-table", !arguments.routing_table.empty()}};
  for (const auto& [name, is_given] : others) {
    if (is_given) fail_input("--interactive asks for prompts itself and shows answers alone; expected no {}", name);
  }
}

// Where answers and routes go.
struct Outputs {
  AnswerWriter& answers;
  NewLinesFile& table;
  bool routing;  // into the answers' JSON
};

void write_answers(const Session& session, const Asked& asked, size_t prompt, const std::vector<Answer>& answers,
                   const Outputs& out) {
  Json routes;
  if (out.routing || out.table.is_wanted()) {
    const std::vector<RoutedLayer> layers = routes_of(session, asked.sources[prompt], answers[0]);
    for (const std::string& row : routes_rows(static_cast<int64_t>(prompt), layers)) out.table.write(row);
    if (out.routing) routes = routes_json(layers);
  }
  out.answers.write(asked.prompts[prompt], answers, routes);
}

// Answers prompts [begin, end) and writes those from `first` on.
void answer_part(const Session& session, const Asked& asked, size_t begin, size_t end, size_t first,
                 const GenerateHooks& hooks, const Outputs& out) {
  const std::vector<TokenIds> sources(asked.sources.begin() + begin, asked.sources.begin() + end);
  const Stopwatch watch;
  const auto answers = generate_answers(session.weights, sources, session.options, hooks);
  log_speed(answers, watch.seconds());
  for (size_t i = std::max(begin, first); i < end; ++i) write_answers(session, asked, i, answers[i - begin], out);
}

void answer_all(const Session& session, const GenerateArguments& arguments) {
  const Asked asked = read_asked(session, arguments);
  const std::vector<Prompt>& prompts = asked.prompts;
  const Json config = arguments.output.empty() ? Json() : config_of(session, arguments, asked);
  const OutputOptions output{arguments.output, arguments.json, arguments.resume};
  check_routing(arguments, output);
  NewLinesFile table("--routing-table", arguments.routing_table);
  table.write(routes_header());
  AnswerWriter writer(session, output, config, prompts);
  const size_t first = writer.num_written();
  if (first > 0) log_info("{}: {} prompts are answered already", arguments.output, first);
  const StopSignals signals(1);  // whole lines are written
  std::optional<Progress> progress;
  if (prompts.size() > 1) progress.emplace("generate", static_cast<int64_t>(prompts.size()), "prompt");
  const auto chunk = static_cast<size_t>(session.options.batch) * 16;  // like lengths are found within a chunk
  // A chunk that was begun is answered whole again, so that its last digits are those of a straight run.
  for (size_t begin = first / chunk * chunk; begin < prompts.size() && first < prompts.size(); begin += chunk) {
    GenerateHooks hooks = session.hooks();
    hooks.ids_only = !writer.writes_json() && !table.is_wanted();
    hooks.prompts_done = [&](int64_t done) {
      if (progress) progress->update(static_cast<int64_t>(begin) + done, "");
    };
    hooks.before_step = [&] {
      leave_if_asked(fmt::format("stopped: {} of {} prompts are answered{}", begin, prompts.size(),
                                 arguments.output.empty() ? "" : "; the same command with --resume goes on from here"));
    };
    answer_part(session, asked, begin, std::min(begin + chunk, prompts.size()), first, hooks,
                {writer, table, arguments.routing});
  }
  table.finish();
  if (progress) progress->finish(arguments.output);
  writer.tell_cut();
}

int run(const GenerateArguments& typed) {
  check_interactive(typed);
  GenerateArguments arguments = typed;
  expect_unpacked_name("--output", typed.output);
  arguments.model = model_folder(typed.model).string();
  GenerateOptions of_folder;
  apply_folder_settings(arguments.model, of_folder);
  const GenerateOptions options = with_typed(of_folder, arguments);
  const Stopwatch watch;
  const T5Model model = load_model(arguments.model).to(chosen_device());
  const DecodingWeights weights = prepare_decoding(model);
  log_debug("{}: loaded in {:.3f} s, peak memory {} bytes", arguments.model, watch.seconds(), peak_memory_bytes());
  const Tokenizer tokenizer = open_model_tokenizer(arguments.model);
  check_tokenizer_fits(tokenizer, model.options().vocab_size, arguments.model);
  check_options(options, of_folder, arguments.model, model.options().vocab_size);
  const Session session{weights, tokenizer, options, arguments.plain};
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
                  "prompts (else --input, else one per line on stdin), and settings as key=value (behind -- all are "
                  "prompts); they override the "
                  "folder's generation_config.json:\n" +
                      setting_help<GenerateOptions>())
      ->type_name("TEXT");
  parser
      .add_option(
          "--input", arguments->input,
          "prompts: one per line, or objects with a text 'prompt' (.jsonl, .ndjson, .json, .csv, .tsv); .gz, .zst too")
      ->type_name("FILE");
  parser
      .add_option("--output", arguments->output,
                  "answers go here, in the order of the prompts; .jsonl, .ndjson and .json mean --json")
      ->type_name("FILE");
  parser.add_flag("--resume", arguments->resume,
                  "go on behind the answers that --output holds already, of the same prompts, model and settings");
  parser.add_flag("--json", arguments->json,
                  "one object per prompt: answers with text, score, log-probability, and every token with its own");
  parser.add_flag("--routing", arguments->routing,
                  "with JSON: the experts of every token of prompt and best answer in every sparse layer, and drops");
  parser
      .add_option("--routing-table", arguments->routing_table,
                  "the same as rows of this new CSV file: prompt, stack, layer, position, piece, rank, expert, weight, "
                  "dropped")
      ->type_name("FILE");
  parser.add_flag("--plain", arguments->plain, "</s>, <extra_id_0> and the like in prompts are text, not tokens");
  parser.add_flag("--interactive", arguments->interactive, "ask for prompts and show answers as they come");
  add_device_option(parser);
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
