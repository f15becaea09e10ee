// Pre-training batches: documents as spans to fill in, or as a prefix to continue (docs/routing.md 14).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/names.h"
#include "data/batch_source.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

// Prefix LM (docs/routing.md 14): a row is cut at a random place, its beginning is the source and its end the target.
enum class Objective { kSpanCorruption, kPrefixLm };
constexpr std::array<Named<Objective>, 2> names_of(Objective) {
  return {{{Objective::kSpanCorruption, "span_corruption"}, {Objective::kPrefixLm, "prefix_lm"}}};
}

struct CorpusOptions {
  std::vector<std::string> files;
  std::vector<std::string> first_files;  // alone, for the first first_batches batches
  int64_t first_batches = 0;
  int64_t source_length = 64;
  double noise_density = 0.15;
  double mean_span_length = 3.0;
  double salient_share = 0.0;
  bool split_documents = true;
  Objective objective = Objective::kSpanCorruption;
  int64_t rows_per_batch = 64;
  double held_out_share = 0.0;
  void fields(FieldVisitor& visitor);
};

// The documents that are trained on, or those that options.held_out_share keeps apart. Which these are depends on their
// places in the files alone, not on the seed.
enum class CorpusPart { kTrained, kHeldOut };

// UserError when the part holds no document.
std::unique_ptr<BatchSource> make_corpus_source(const CorpusOptions& options, const Tokenizer& tokenizer, uint64_t seed,
                                                CorpusPart part = CorpusPart::kTrained);

}  // namespace flanmoe
