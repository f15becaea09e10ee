// Numbered examples as batches.
#include "data/mixture/example_source.h"
#include "base/error.h"
#include "data/batch_source.h"
#include "data/mixture/length_buckets.h"
#include "data/mixture/mixture_options.h"
#include "data/packing.h"

namespace flanmoe {
namespace {

class ExampleSource final : public BatchSource {
 public:
  ExampleSource(ExampleAt example, const MixtureOptions& options, uint64_t seed, std::string description)
      : options_(options),
        buckets_(std::move(example), options.examples_per_batch, options.length_window, seed),
        description_(std::move(description)) {}

  TokenBatch batch(uint64_t step) const override {
    const std::vector<TokenPair> pairs = buckets_.batch(step);
    return options_.pack ? pack_batch(pairs, options_.source_length, options_.target_length) : pad_batch(pairs);
  }
  std::string describe() const override { return description_; }

 private:
  MixtureOptions options_;
  LengthBuckets buckets_;
  std::string description_;
};

}  // namespace

std::unique_ptr<BatchSource> make_example_source(ExampleAt example, const MixtureOptions& options, uint64_t seed,
                                                 std::string description) {
  return std::make_unique<ExampleSource>(std::move(example), options, seed, std::move(description));
}

}  // namespace flanmoe
