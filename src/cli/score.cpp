#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <array>
#include <functional>
#include <iostream>
#include <optional>
#include <span>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/names.h"
#include "base/progress.h"
#include "base/signals.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/score_items.h"
#include "data/tokenizer/text_loss.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "decode/score.h"
#include "model/folder.h"
#include "model/forward.h"
#include "tensor/batch.h"
#include "tensor/device.h"
#include "tensor/safetensors.h"

namespace flanmoe {
namespace {

// What the best answer has the most of: log-probability in sum, or a token.
enum class ScoreBy { kSum, kToken };
constexpr std::array<Named<ScoreBy>, 2> names_of(ScoreBy) {
  return {{{ScoreBy::kSum, "sum"}, {ScoreBy::kToken, "token"}}};
}

struct ScoreArguments {
  std::string model, input, output, logits;
  ScoreBy by = ScoreBy::kSum;
  std::vector<std::string> words;  // prompt, answers
  bool tokens = false;
};

ScoreRequest request_of(const ScoreItem& item, const Tokenizer& tokenizer) {
  ScoreRequest request{tokenizer.encode_with_end(item.prompt), {}, item.where};
  for (const std::string& answer : item.answers) request.targets.push_back(tokenizer.encode_with_end(answer));
  return request;
}

Json result_of(const ScoreItem& item, const ScoreRequest& request, const std::vector<TargetScore>& scores,
               const Tokenizer& tokenizer, const ScoreArguments& arguments) {
  Json result = {{"prompt", item.prompt}};
  if (!item.id.is_null()) result["id"] = item.id;
  size_t best = 0;
  const auto rank = [&](size_t i) {
    return arguments.by == ScoreBy::kSum ? scores[i].log_probability
                                         : scores[i].log_probability / static_cast<double>(scores[i].num_tokens);
  };
  for (size_t i = 0; i < scores.size(); ++i) {
    if (rank(i) > rank(best)) best = i;
    Json score = {{"answer", item.answers[i]},
                  {"log_probability", scores[i].log_probability},
                  {"num_tokens", scores[i].num_tokens},
                  {"per_token", scores[i].log_probability / static_cast<double>(scores[i].num_tokens)}};
    for (size_t t = 0; arguments.tokens && t < scores[i].tokens.size(); ++t) {
      score["tokens"].push_back(
          {{"piece", tokenizer.piece(request.targets[i][t])}, {"log_probability", scores[i].tokens[t]}});
    }
    result["scores"].push_back(score);
  }
  result["best"] = item.answers[best];
  return result;
}

std::vector<Json> scored(const T5Model& model, const Tokenizer& tokenizer, std::span<const ScoreItem> items,
                         const ScoreArguments& arguments, TextLoss& lost, const std::function<void()>& before_batch) {
  std::vector<ScoreRequest> requests;
  for (const ScoreItem& item : items) {
    requests.push_back(request_of(item, tokenizer));
    lost.add(item.prompt, requests.back().source);
  }
  const auto scores = score_targets(model, requests, kBatchTokens, before_batch);
  std::vector<Json> results;
  for (size_t i = 0; i < items.size(); ++i) {
    results.push_back(result_of(items[i], requests[i], scores[i], tokenizer, arguments));
  }
  return results;
}

// "PROMPT.ANSWER" -> [tokens, vocabulary], both counted from 0.
void write_logits(const T5Model& model, const std::vector<ScoreItem>& items, const Tokenizer& tokenizer,
                  const std::string& file) {
  const at::NoGradGuard no_gradients;
  std::vector<NamedTensor> tensors;
  for (size_t i = 0; i < items.size(); ++i) {
    const ScoreRequest request = request_of(items[i], tokenizer);
    for (size_t a = 0; a < request.targets.size(); ++a) {
      TokenBatch batch;
      batch.source_ids = pad_ids({request.source});
      batch.target_ids = pad_ids({request.targets[a]});
      tensors.push_back({fmt::format("{}.{}", i, a), forward(model, batch, {}).logits[0]});
    }
  }
  save_safetensors(file, tensors);
}

int run(const ScoreArguments& arguments) {
  for (const std::string& file : {arguments.output, arguments.logits}) {
    if (!file.empty() && fs::exists(file)) fail_input("{}: exists already; expected a new file", file);
  }
  std::vector<std::string> words = arguments.words;
  words.insert(words.end(), words_behind_dashes().begin(), words_behind_dashes().end());
  const std::vector<ScoreItem> items = read_items(words, arguments.input);
  const T5Model model = load_model(arguments.model).to(chosen_device());
  const Tokenizer tokenizer = open_model_tokenizer(arguments.model);
  check_tokenizer_fits(tokenizer, model.options().vocab_size, arguments.model);
  if (!arguments.logits.empty()) write_logits(model, items, tokenizer, arguments.logits);
  const auto file = arguments.output.empty() ? nullptr : std::make_unique<LineWriter>(arguments.output);
  std::optional<Progress> progress;
  if (items.size() > 1) progress.emplace("score", static_cast<int64_t>(items.size()), "prompt");
  TextLoss lost(tokenizer);
  const StopSignals signals;
  constexpr size_t kChunk = 256;
  for (size_t begin = 0; begin < items.size(); begin += kChunk) {
    const size_t size = std::min(kChunk, items.size() - begin);
    const auto before_batch = [&] {
      leave_if_asked(fmt::format("stopped: {} of {} prompts are scored", begin, items.size()));
    };
    const std::span<const ScoreItem> part = std::span(items).subspan(begin, size);
    for (const Json& result : scored(model, tokenizer, part, arguments, lost, before_batch)) {
      const std::string line = json_line(result, file != nullptr ? arguments.output : "standard output");
      file != nullptr ? file->write(line) : void(std::cout << line << "\n");
    }
    if (progress) progress->update(static_cast<int64_t>(begin + size), "");
  }
  if (progress) progress->finish(arguments.output);
  for (const std::string& warning : lost.warnings()) log_warn("{}", warning);
  return kExitDone;
}

}  // namespace

std::function<int()> setup_score(CLI::App& parser) {
  auto arguments = std::make_shared<ScoreArguments>();
  parser.add_option("model", arguments->model, "model folder, ours or of transformers (with safetensors)")
      ->required()
      ->type_name("MODEL");
  parser.add_option("words", arguments->words, "a prompt and its answers (else --input, else objects on stdin)")
      ->type_name("TEXT");
  parser
      .add_option("--input", arguments->input,
                  "one JSON object per line: 'prompt', and 'answers' (a list) or 'answer'; 'id' is given back; .gz too")
      ->type_name("FILE");
  parser.add_option("--output", arguments->output, "results go into this new file, one JSON object per prompt")
      ->type_name("FILE");
  parser
      .add_option_function<std::string>(
          "--by", [arguments](const std::string& name) { arguments->by = *value_named<ScoreBy>(name); },
          "the best answer has the largest log-probability: sum (default), or mean per token")
      ->check(CLI::IsMember(all_names<ScoreBy>()));
  parser
      .add_option("--logits", arguments->logits,
                  "the logits of every answer's tokens go into this new safetensors file, as PROMPT.ANSWER from 0")
      ->type_name("FILE");
  parser.add_flag("--tokens", arguments->tokens, "the log-probability of every token, too");
  add_device_option(parser);
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
