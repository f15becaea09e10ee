// Batches of a mixture: how fast they are computed, and what share of them is padding by length window.
// Usage: bench_batches MIXTURE_OR_STUDY_YAML DATA_FOLDER SPIECE_MODEL NUM_BATCHES
#include <chrono>
#include <cstdio>

#include "base/error.h"
#include "data/mixture/length_buckets.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/mixture_source.h"
#include "data/packing.h"

namespace flanmoe {
namespace {

int run(int argc, char** argv) {
  if (argc != 5) fail_input("usage: bench_batches MIXTURE_OR_STUDY_YAML DATA_FOLDER SPIECE_MODEL NUM_BATCHES");
  MixtureOptions options;
  const ConfigNode config = load_config(argv[1]);
  load_options(config.has("mixture") ? config.at("mixture") : config, options);
  const Tokenizer tokenizer(argv[3]);
  const NumberedExamples examples = mixture_examples(options, argv[2], tokenizer, 1);
  for (const int64_t window : {1, 1, 4, 16, 64}) {  // the first round meets every word for the first time
    const LengthBuckets buckets(examples.example, options.examples_per_batch, window, 1);
    const auto start = std::chrono::steady_clock::now();
    int64_t real = 0, all = 0;
    for (uint64_t step = 0; step < std::stoull(argv[4]); ++step) {
      const TokenBatch batch = pad_batch(buckets.batch(step));
      real += batch.num_source_tokens + batch.num_target_tokens;
      all += batch.source_ids.numel() + batch.target_ids.numel();
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf("length_window %2ld: %.1f%% padding, %.3g million tokens/s by one thread\n", static_cast<long>(window),
                100.0 * (1.0 - static_cast<double>(real) / static_cast<double>(all)),
                static_cast<double>(real) / seconds / 1e6);
  }
  return kExitDone;
}

}  // namespace
}  // namespace flanmoe

int main(int argc, char** argv) {
  try {
    return flanmoe::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return flanmoe::kExitBadInput;
  }
}
