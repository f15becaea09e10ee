// Batches of a mixture.
#include "base/error.h"
#include "data/mixture.h"

namespace flanmoe {
namespace {

// Whether it had to be cut.
bool end_within(TokenIds& ids, int64_t length) {
  const bool too_long = static_cast<int64_t>(ids.size()) > length - 1;
  if (too_long) ids.resize(static_cast<size_t>(length - 1));
  ids.push_back(kEosId);
  return too_long;
}

class MixtureSource final : public BatchSource {
 public:
  MixtureSource(const MixtureOptions& options, const std::filesystem::path& data_folder, const Tokenizer& tokenizer,
                uint64_t seed)
      : stream_(options, data_folder, seed), tokenizer_(tokenizer) {}

  TokenBatch batch(uint64_t step) const override {
    const MixtureOptions& options = stream_.options();
    const auto count = static_cast<uint64_t>(options.examples_per_batch);
    std::vector<TokenPair> pairs;
    for (uint64_t i = 0; i < count; ++i)
      pairs.push_back(fit_example(stream_.draw(step * count + i), options, tokenizer_).tokens);
    return options.pack ? pack_batch(pairs, options.source_length, options.target_length) : pad_batch(pairs);
  }

  std::string describe() const override {
    size_t rows = 0;
    for (const MixtureTask& task : stream_.tasks()) rows += task.rows.size();
    return fmt::format("{} tasks, {} rows", stream_.tasks().size(), rows);
  }

 private:
  MixtureStream stream_;
  Tokenizer tokenizer_;
};

}  // namespace

// While the prompt is too long its last exemplars go: a cut would lose the query, which stands at the end. A query that
// is left alone stays as an example without exemplars (FLAN drops it: the shares of the tasks would not be those asked
// for).
FittedExample fit_example(MixtureDraw draw, const MixtureOptions& options, const Tokenizer& tokenizer) {
  const RenderedExample text = text_of(draw);
  TokenIds source = tokenizer.encode(text.input), target = tokenizer.encode(text.target);
  const int64_t budget = options.few_shot_length > 0 ? options.few_shot_length : options.source_length;
  while (static_cast<int64_t>(source.size()) > budget - 1 && !draw.exemplars.empty()) {
    draw.exemplars.pop_back();
    source = tokenizer.encode(text_of(draw).input);
  }
  FittedExample example;
  example.num_shots = draw.exemplars.size();
  example.source_cut = end_within(source, options.source_length);
  example.target_cut = end_within(target, options.target_length);
  example.tokens = {std::move(source), std::move(target)};
  return example;
}

std::unique_ptr<BatchSource> make_mixture_source(const MixtureOptions& options,
                                                 const std::filesystem::path& data_folder, const Tokenizer& tokenizer,
                                                 uint64_t seed) {
  return std::make_unique<MixtureSource>(options, data_folder, tokenizer, seed);
}

}  // namespace flanmoe
