#include "run/source.h"

#include "data/corpus.h"
#include "data/mixture/cached_mixture.h"
#include "data/mixture/length_buckets.h"
#include "data/mixture/mixture_source.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

int64_t num_examples_needed(const RunOptions& options) {
  return num_examples_of(options.train.steps * options.train.accumulate, options.mixture.examples_per_batch,
                         options.mixture.length_window);
}

}  // namespace

std::vector<std::string> resolved_paths(std::vector<std::string> paths, const std::filesystem::path& data_folder) {
  for (std::string& path : paths) path = resolve_path(path, data_folder).string();
  return paths;
}

std::unique_ptr<BatchSource> make_source(const RunOptions& options, const Tokenizer& tokenizer) {
  const auto seed = static_cast<uint64_t>(options.seed);
  if (options.mode == Phase::kPretrain) {
    CorpusOptions corpus = options.corpus;
    corpus.files = resolved_paths(corpus.files, options.data);
    corpus.first_files = resolved_paths(corpus.first_files, options.data);
    return make_corpus_source(corpus, tokenizer, seed);
  }
  if (options.mixture.cache.empty()) return make_mixture_source(options.mixture, options.data, tokenizer, seed);
  MixtureOptions mixture = options.mixture;
  mixture.cache = resolve_path(mixture.cache, options.data).string();
  return make_cached_mixture_source(mixture, options.data, tokenizer, seed, num_examples_needed(options));
}

}  // namespace flanmoe
