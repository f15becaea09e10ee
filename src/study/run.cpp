#include "study/run.h"

#include <set>

#include "base/error.h"
#include "base/files.h"
#include "data/batch_source.h"
#include "data/corpus.h"
#include "data/mixture/cached_mixture.h"
#include "data/mixture/length_buckets.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/mixture_source.h"
#include "data/task_paths.h"
#include "model/folder.h"

namespace flanmoe {
namespace {

std::vector<std::string> resolved(std::vector<std::string> paths, const std::filesystem::path& data_folder) {
  for (std::string& path : paths) path = resolve_path(path, data_folder).string();
  return paths;
}

std::filesystem::path tokenizer_file(const RunOptions& options) {
  return resolve_path(options.tokenizer.empty() ? "{data}/spiece.model" : options.tokenizer, options.data);
}

// Writes the resolved configuration, or checks that the folder's is the same.
void keep_config(const RunOptions& options, const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "config.yaml";
  const std::string text = dump_options(options);
  if (!fs::exists(file)) return write_atomically(file, text);
  const std::string before = read_text(file);
  if (before != text) {
    fail_input(
        "{}: this run folder holds a run of another configuration; choose another folder or remove it. Difference:{}",
        folder.string(), line_difference(before, text));
  }
}

int64_t num_examples_needed(const RunOptions& options) {
  return num_examples_of(options.train.steps * options.train.accumulate, options.mixture.examples_per_batch,
                         options.mixture.length_window);
}

TrainHooks validation_hooks(const RunOptions& options, const Tokenizer& tokenizer) {
  TrainHooks hooks;
  if (options.validation.tasks.empty()) return hooks;
  hooks.evaluate = [options, tokenizer](const T5Model& model, int64_t) {
    const EvalResult result = evaluate(model, tokenizer, options.validation, options.data);
    std::map<std::string, double> scores = {{"normalised_average", result.normalised_average}};
    for (const SuiteResult& suite : result.suites)
      scores[fmt::format("{}_{}", suite.suite, suite.prompting)] = suite.score;
    return scores;
  };
  return hooks;
}

}  // namespace

void RunOptions::fields(FieldVisitor& v) {
  v.choice("mode", mode, "what the run does with the text");
  v.field("seed", seed, "of initial weights, data order, dropout and routing noise");
  v.field("data", data, "folder that {data} stands for");
  v.field("tokenizer", tokenizer, "SentencePiece model; empty = {data}/spiece.model");
  v.field("num_sentinels", num_sentinels, "sentinel ids for span corruption");
  v.require(num_sentinels >= 1, "num_sentinels", "1 or more");
  v.field("init", init, "model folder to start from; empty = fresh weights");
  v.section("model", model, "shape of fresh weights");
  v.section("corpus", corpus, "pre-training text (mode pretrain)");
  v.section("mixture", mixture, "tasks (modes instruct and finetune)");
  v.section("train", train, "steps and optimiser");
  v.section("validation", validation, "tasks asked every train.eval_every steps");
}

std::string line_difference(const std::string& before, const std::string& now) {
  const auto lines = [](const std::string& text) {
    std::vector<std::string> result;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) result.push_back(line);
    return result;
  };
  const auto old_lines = lines(before), new_lines = lines(now);
  std::string difference;
  for (size_t i = 0; i < std::max(old_lines.size(), new_lines.size()); ++i) {
    const std::string old_line = i < old_lines.size() ? old_lines[i] : "",
                      new_line = i < new_lines.size() ? new_lines[i] : "";
    if (old_line != new_line) difference += fmt::format("\n  there: {}\n  asked: {}", old_line, new_line);
  }
  return difference;
}

Tokenizer open_tokenizer(const RunOptions& options) {
  return Tokenizer(tokenizer_file(options), options.num_sentinels);
}

T5Model initial_model(const RunOptions& options, const Tokenizer& tokenizer) {
  if (!options.init.empty()) {
    T5Model model = load_model(options.init);
    if (model.options().vocab_size < tokenizer.vocab_size()) {
      fail_input("{}: the model has {} token ids, the tokenizer {}; expected the tokenizer the model was trained with",
                 options.init, model.options().vocab_size, tokenizer.vocab_size());
    }
    return model;
  }
  ModelOptions shape = options.model;
  if (shape.vocab_size == 0) shape.vocab_size = tokenizer.vocab_size();
  return T5Model(shape, static_cast<uint64_t>(options.seed));
}

std::unique_ptr<BatchSource> make_source(const RunOptions& options, const Tokenizer& tokenizer) {
  const auto seed = static_cast<uint64_t>(options.seed);
  if (options.mode == Phase::kPretrain) {
    CorpusOptions corpus = options.corpus;
    corpus.files = resolved(corpus.files, options.data);
    return make_corpus_source(corpus, tokenizer, seed);
  }
  if (options.mixture.cache.empty()) return make_mixture_source(options.mixture, options.data, tokenizer, seed);
  MixtureOptions mixture = options.mixture;
  mixture.cache = resolve_path(mixture.cache, options.data).string();
  return make_cached_mixture_source(mixture, options.data, tokenizer, seed, num_examples_needed(options));
}

TrainResult run_training(const RunOptions& options, const std::filesystem::path& folder, const std::string& label) {
  const Tokenizer tokenizer = open_tokenizer(options);
  const auto source = make_source(options, tokenizer);
  T5Model model = initial_model(options, tokenizer);
  make_folders(folder);
  keep_config(options, folder);
  remove_leftovers(folder);
  const TrainRun run{
      folder, label, {tokenizer.model_file(), tokenizer.num_sentinels()}, static_cast<uint64_t>(options.seed)};
  return train(model, *source, options.train, run, validation_hooks(options, tokenizer));
}

}  // namespace flanmoe
