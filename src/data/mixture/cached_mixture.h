// The first examples of a mixture in a token cache: built once, used while nothing that decides them has changed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/json.h"
#include "data/batch_source.h"
#include "data/mixture/mixture_options.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

// What decides the examples: the version of the code that draws them, checksums of the vocabulary and of the task files
// with the contents of their training rows (not of times: a copy of the data fits), the mixture's options but those
// that only say how examples become batches, the seed. Reads every data file once, which is faster than parsing them.
Json mixture_facts(const MixtureOptions& options, const std::filesystem::path& data_folder, const Tokenizer& tokenizer,
                   uint64_t seed);

// Writes `folder`, which must not exist, with examples [0, num_examples) of the mixture; 0 = one pass, the sum of the
// capped sizes. Logs how many tokens and how fast.
void build_mixture_cache(const std::filesystem::path& folder, const MixtureOptions& options,
                         const std::filesystem::path& data_folder, const Tokenizer& tokenizer, uint64_t seed,
                         int64_t num_examples, int64_t num_threads);

// The batches of make_mixture_source, bit for bit, from the cache in options.cache. A folder that is missing, too small
// for `num_examples`, or holds other examples is built anew, with a log line that says why; several processes that ask
// for one folder build it once. UserError when the folder is no token cache, is damaged, or holds the examples of
// another vocabulary.
std::unique_ptr<BatchSource> make_cached_mixture_source(const MixtureOptions& options,
                                                        const std::filesystem::path& data_folder,
                                                        const Tokenizer& tokenizer, uint64_t seed,
                                                        int64_t num_examples);

}  // namespace flanmoe
