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
#include "data/tokenizer/written_tokens.h"
#include "decode/score.h"
#include "model/folder.h"
#include "model/forward.h"
#include "tensor/batch.h"
#include "tensor/device.h"
#include "tensor/safetensors.h"
#include "train/model_folder.h"

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
  bool tokens = false, plain = false;
};

ScoreRequest request_of(const ScoreItem& item, const Tokenizer& tokenizer, bool plain) {
  const auto ids = [&](const std::string& text) {
    return plain ? tokenizer.encode_text_with_end(text) : tokenizer.encode_with_end(text);
  };
  ScoreRequest request{ids(item.prompt), {}, item.where};
  for (const std::string& answer : item.answers) {
    request.targets.push_back(ids(answer));
    if (request.targets.back().size() == 1)  // its end, which would be ahead of every text
      fail_input("{}: the answer '{}' has no token in this vocabulary, expected a text", item.where, printable(answer));
  }
  return request;
}

// What is told at the end: texts that the vocabulary does not keep, prompts whose best answer is one of several.
struct ScoreNotes {
  explicit ScoreNotes(const Tokenizer& tokenizer) : prompts(tokenizer), answers(tokenizer) {}
  TextLoss prompts, answers;
  int64_t num_items = 0, num_tied = 0;
  std::string first_tie;

  void warn() const {
    for (const std::string& warning : prompts.warnings()) log_warn("{}", warning);
    for (const std::string& warning : answers.warnings()) log_warn("answers: {}", warning);
    if (num_tied == 0) return;
    log_warn("{} of {} prompts end in a tie that nothing but the order of the answers breaks ('tied'), the first: {}",
             num_tied, num_items, first_tie);
  }
};

// Answers that differ from the best in text and not in value or ids.
Json tied_answers(const ScoreItem& item, const ScoreRequest& request, size_t best,
                  const std::function<double(size_t)>& rank) {
  Json tied = Json::array();
  for (size_t i = 0; i < item.answers.size(); ++i) {
    const bool alike = rank(i) == rank(best) || request.targets[i] == request.targets[best];
    if (alike && item.answers[i] != item.answers[best]) tied.push_back(item.answers[i]);
  }
  return tied;
}

Json result_of(const ScoreItem& item, const ScoreRequest& request, const std::vector<TargetScore>& scores,
               const Tokenizer& tokenizer, const ScoreArguments& arguments, ScoreNotes& notes) {
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
  ++notes.num_items;
  if (const Json tied = tied_answers(item, request, best, rank); !tied.empty()) {
    result["tied"] = tied;
    if (++notes.num_tied == 1) {
      notes.first_tie =
          fmt::format("{}, {} and {}", item.where, json_excerpt(item.answers[best]), json_excerpt(tied[0]));
    }
  }
  return result;
}

std::vector<Json> scored(const T5Model& model, const Tokenizer& tokenizer, std::span<const ScoreItem> items,
                         const ScoreArguments& arguments, ScoreNotes& notes,
                         const std::function<void()>& before_batch) {
  std::vector<ScoreRequest> requests;
  for (const ScoreItem& item : items) {
    requests.push_back(request_of(item, tokenizer, arguments.plain));
    notes.prompts.add(item.prompt, requests.back().source);
    for (size_t i = 0; i < item.answers.size(); ++i) notes.answers.add(item.answers[i], requests.back().targets[i]);
  }
  const auto scores = score_targets(model, requests, kBatchTokens, before_batch);
  std::vector<Json> results;
  for (size_t i = 0; i < items.size(); ++i) {
    results.push_back(result_of(items[i], requests[i], scores[i], tokenizer, arguments, notes));
  }
  return results;
}

// "PROMPT.ANSWER" -> [tokens, vocabulary], both counted from 0.
void write_logits(const T5Model& model, const std::vector<ScoreItem>& items, const Tokenizer& tokenizer,
                  const std::string& file, bool plain) {
  const at::NoGradGuard no_gradients;
  std::vector<NamedTensor> tensors;
  for (size_t i = 0; i < items.size(); ++i) {
    const ScoreRequest request = request_of(items[i], tokenizer, plain);
    for (size_t a = 0; a < request.targets.size(); ++a) {
      TokenBatch batch;
      batch.source_ids = pad_ids({request.source});
      batch.target_ids = pad_ids({request.targets[a]});
      tensors.push_back({fmt::format("{}.{}", i, a), forward(model, batch, {}).logits[0]});
    }
  }
  save_safetensors(file, tensors);
}

void tell_written_tokens(const std::vector<ScoreItem>& items, const Tokenizer& tokenizer) {
  WrittenTokens written(tokenizer);
  for (const ScoreItem& item : items) {
    written.add(item.prompt);
    for (const std::string& answer : item.answers) written.add(answer);
  }
  if (const std::string told = written.told(); !told.empty()) log_info("{}", told);
}

void score_all(const T5Model& model, const Tokenizer& tokenizer, const std::vector<ScoreItem>& items,
               const ScoreArguments& arguments) {
  const auto file = arguments.output.empty() ? nullptr : std::make_unique<LineWriter>(arguments.output);
  std::optional<Progress> progress;
  if (items.size() > 1) progress.emplace("score", static_cast<int64_t>(items.size()), "prompt");
  ScoreNotes notes(tokenizer);
  const StopSignals signals(1);  // whole lines are written
  constexpr size_t kChunk = 256;
  for (size_t begin = 0; begin < items.size(); begin += kChunk) {
    const size_t size = std::min(kChunk, items.size() - begin);
    const auto before_batch = [&] {
      leave_if_asked(fmt::format("stopped: {} of {} prompts are scored", begin, items.size()));
    };
    const std::span<const ScoreItem> part = std::span(items).subspan(begin, size);
    for (const Json& result : scored(model, tokenizer, part, arguments, notes, before_batch)) {
      const std::string line = json_line(result, file != nullptr ? arguments.output : "standard output");
      file != nullptr ? file->write(line) : void(std::cout << line << "\n");
    }
    if (progress) progress->update(static_cast<int64_t>(begin + size), "");
  }
  if (progress) progress->finish(arguments.output);
  notes.warn();
}

int run(const ScoreArguments& typed) {
  ScoreArguments arguments = typed;
  expect_unpacked_name("--output", typed.output);
  arguments.model = model_folder(typed.model).string();
  for (const std::string& file : {arguments.output, arguments.logits}) {
    if (!file.empty() && fs::exists(file)) fail_input("{}: exists already; expected a new file", file);
  }
  std::vector<std::string> words = arguments.words;
  words.insert(words.end(), words_behind_dashes().begin(), words_behind_dashes().end());
  const std::vector<ScoreItem> items = read_items(words, arguments.input);
  const T5Model model = load_model(arguments.model).to(chosen_device());
  const Tokenizer tokenizer = open_model_tokenizer(arguments.model);
  check_tokenizer_fits(tokenizer, model.options().vocab_size, arguments.model);
  if (!arguments.plain) tell_written_tokens(items, tokenizer);
  if (!arguments.logits.empty()) write_logits(model, items, tokenizer, arguments.logits, arguments.plain);
  std::optional<NewFileOwner> owner;
  if (!arguments.output.empty()) owner.emplace("--output", arguments.output);
  try {
    score_all(model, tokenizer, items, arguments);
  } catch (const Interrupted&) {  // whole lines are left
    throw;
  } catch (...) {  // a part that nothing goes on from would be in the way of the next attempt
    std::error_code ignored;
    if (!arguments.output.empty()) fs::remove(arguments.output, ignored);
    throw;
  }
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
  parser.add_flag("--plain", arguments->plain, "</s>, <extra_id_0> and the like in texts are text, not tokens");
  add_device_option(parser);
  return [arguments] { return run(*arguments); };
}

}  // namespace flanmoe
