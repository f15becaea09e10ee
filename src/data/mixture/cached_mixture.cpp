#include "data/mixture/cached_mixture.h"

#include <ATen/Parallel.h>

#include "base/error.h"
#include "base/file_lock.h"
#include "base/log.h"
#include "base/remove_folder.h"
#include "base/temporary_name.h"
#include "data/batch_source.h"
#include "data/mixture/example_source.h"
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/mixture_source.h"
#include "data/mixture/token_cache.h"
#include "data/split_files.h"

namespace flanmoe {
namespace {

// Raised when the same options, files and seed give other examples than before: tests/data/test_cached_mixture.cpp
// holds what this version gives.
constexpr int64_t kExamplesVersion = 2;

// Everything of a task that decides its examples: what the file says, also in files it shares, and the rows.
std::string facts_of(const TaskSpec& task) {
  std::string text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n", task.name, task.group, task.cluster,
                                 name_of(task.held), task.format, task.definition, task.max_examples);
  for (const auto* templates : {&task.templates, &task.cot_templates}) {
    for (const PromptTemplate& prompt : *templates)
      text += fmt::format("{}\n{}\n{}\n", prompt.input, prompt.target, prompt.inverted);
  }
  for (const auto& [ours, theirs] : task.columns) text += fmt::format("{}={}\n", ours, theirs);
  text += checksum_file(task.file) + "\n";
  for (const fs::path& file : files_of_split(task, "train")) text += checksum_file(file) + "\n";
  return text;
}

std::string options_text(MixtureOptions options) {
  const MixtureOptions defaults;
  options.tasks = {};  // named by their contents
  options.examples_per_batch = defaults.examples_per_batch;
  options.pack = defaults.pack;
  options.length_window = defaults.length_window;
  options.cache = defaults.cache;
  return dump_options(options);
}

// Why the cache cannot be used, "" when it can.
std::string misfit(const TokenCache& cache, const Json& facts, int64_t num_examples) {
  for (const auto& [name, value] : facts.items()) {
    if (!cache.facts().contains(name) || cache.facts()[name] != value) return fmt::format("its {} changed", name);
  }
  if (cache.num_examples() < num_examples)
    return fmt::format("it holds {} examples, {} are needed", cache.num_examples(), num_examples);
  return "";
}

void check_vocabulary(const TokenCache& cache, const Json& facts, const MixtureOptions& options,
                      const Tokenizer& tokenizer) {
  const Json& there = cache.facts();
  if (there.contains("vocabulary") && there["vocabulary"] == facts["vocabulary"]) return;
  fail_input(
      "'mixture.cache' {}: the token cache was made with another vocabulary than {}, or with other rules beside it; "
      "expected another folder, or build it again there: `data build --tokenizer FOLDER` takes the model folder that "
      "the run begins with",
      options.cache, tokenizer.model_file().string());
}

// The cache in options.cache, built when there is none that fits.
std::shared_ptr<const TokenCache> fitting_cache(const MixtureOptions& options, const fs::path& data_folder,
                                                const Tokenizer& tokenizer, uint64_t seed, int64_t num_examples) {
  const fs::path folder = options.cache;
  const Json facts = mixture_facts(options, data_folder, tokenizer, seed);
  make_folders(folder_of(folder));
  const FileLock lock = FileLock::wait(folder_of(folder));
  std::string reason = "it is not there";
  if (fs::exists(folder)) {
    auto cache = std::make_shared<const TokenCache>(folder);
    check_vocabulary(*cache, facts, options, tokenizer);
    reason = misfit(*cache, facts, num_examples);
    if (reason.empty()) return cache;
    remove_folder(folder);
  }
  log_info("token cache {} is built: {}", folder.string(), reason);
  build_mixture_cache(folder, options, data_folder, tokenizer, seed, num_examples, at::get_num_threads());
  return std::make_shared<const TokenCache>(folder);
}

}  // namespace

Json mixture_facts(const MixtureOptions& options, const std::filesystem::path& data_folder, const Tokenizer& tokenizer,
                   uint64_t seed) {
  std::string tasks;
  for (const TaskSpec& task : mixture_specs(options, data_folder)) tasks += facts_of(task);
  return {{"version of the examples", kExamplesVersion},
          {"vocabulary", tokenizer.fingerprint()},
          {"tasks", checksum_text(tasks)},
          {"options", options_text(options)},
          {"seed", seed}};
}

void build_mixture_cache(const std::filesystem::path& folder, const MixtureOptions& options,
                         const std::filesystem::path& data_folder, const Tokenizer& tokenizer, uint64_t seed,
                         int64_t num_examples, int64_t num_threads) {
  const Json facts = mixture_facts(options, data_folder, tokenizer, seed);
  const NumberedExamples examples = mixture_examples(options, data_folder, tokenizer, seed);
  write_token_cache(folder, facts, examples.example, num_examples > 0 ? num_examples : examples.one_pass,
                    tokenizer.vocab_size(), num_threads);
}

std::unique_ptr<BatchSource> make_cached_mixture_source(const MixtureOptions& options,
                                                        const std::filesystem::path& data_folder,
                                                        const Tokenizer& tokenizer, uint64_t seed,
                                                        int64_t num_examples) {
  const auto cache = fitting_cache(options, data_folder, tokenizer, seed, num_examples);
  return make_example_source(
      [cache](uint64_t index) { return cache->example(index); }, options, seed,
      fmt::format("{} examples, {} tokens in {}", cache->num_examples(), cache->num_ids(), options.cache));
}

}  // namespace flanmoe
