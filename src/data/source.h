// Where batches come from. A batch is a pure function of (options, seed, step): the position of a loader is the step
// number, so exact resume needs no state and data order does not depend on the number of ranks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/task.h"
#include "data/tokenizer.h"
#include "tensor/batch.h"

namespace flanmoe {

class BatchSource {
 public:
  virtual ~BatchSource() = default;
  virtual TokenBatch batch(uint64_t step) const = 0;  // safe from several threads
  virtual std::string describe() const = 0;           // one line for logs: "1,204 documents, 85,120 tokens per epoch"
};

// Source and target ids of one example, each ending with eos.
struct TokenPair {
  TokenIds source, target;
};

// Pads to the longest; no packing.
TokenBatch pad_batch(const std::vector<TokenPair>& pairs);
// First-fit in order into rows of at most (source_length, target_length); segments filled in.
TokenBatch pack_batch(const std::vector<TokenPair>& pairs, int64_t source_length, int64_t target_length);

// ---- pre-training ----
struct CorpusOptions {
  std::vector<std::string> files;  // .txt (blank line between documents) or .jsonl {"text", optional "spans"}; .gz too
  int64_t source_length = 64;      // row budget in source tokens, eos included
  double noise_density = 0.15;
  double mean_span_length = 3.0;
  double salient_share =
      0.0;  // share of masked spans put on marked spans ("spans" of the jsonl), 0 = T5's random spans
  bool split_documents = true;  // false: a row holds whole documents
  // span_corruption | prefix_lm (reference/routing 14): a row is cut at a random place, its beginning is the source
  // and its end the target.
  std::string objective = "span_corruption";
  int64_t rows_per_batch = 64;
  void fields(FieldVisitor& visitor);
};
std::unique_ptr<BatchSource> make_corpus_source(const CorpusOptions& options, const Tokenizer& tokenizer,
                                                uint64_t seed);

// ---- instruction tuning and finetuning ----
struct MixtureOptions {
  std::vector<std::string> tasks;    // task files or folders
  std::vector<std::string> exclude;  // task names (trailing * allowed) left out
  std::vector<std::string> groups;   // names with their own proportion and cap; parallel to the two below
  std::vector<double> proportions;   // share of examples per group; empty = proportional to capped sizes
  std::vector<int64_t> caps;         // examples counted per task of the group; empty = 30,000
  double few_shot_share = 0.25;      // share of examples with exemplars in front
  int64_t max_shots = 3;             // 1..max_shots exemplars
  double cot_share = 0.5;            // for tasks with chain-of-thought templates: share that uses them
  // Tokens, eos included. Exemplars that do not fit are left out, the last first; a longer query is cut at its end.
  int64_t source_length = 128, target_length = 32;
  int64_t examples_per_batch = 64;
  bool pack = false;
  int64_t length_window = 1;  // batches sorted by length together (data/length_buckets.h); 1 = off
  std::string cache;          // folder of a token cache (data/cached_mixture.h); "" = none
  void fields(FieldVisitor& visitor);
};

// Examples by number: a pure function, safe from several threads.
using ExampleAt = std::function<TokenPair(uint64_t index)>;

struct NumberedExamples {
  ExampleAt example;
  int64_t one_pass = 0;     // sum of the sizes of its tasks, capped
  std::string description;  // one line for logs
};
// What the mixture draws, computed when asked for.
NumberedExamples mixture_examples(const MixtureOptions& options, const std::filesystem::path& data_folder,
                                  const Tokenizer& tokenizer, uint64_t seed);

// Batches of numbered examples: options.examples_per_batch, length_window and pack.
std::unique_ptr<BatchSource> make_example_source(ExampleAt example, const MixtureOptions& options, uint64_t seed,
                                                 std::string description);

std::unique_ptr<BatchSource> make_mixture_source(const MixtureOptions& options,
                                                 const std::filesystem::path& data_folder, const Tokenizer& tokenizer,
                                                 uint64_t seed);

// The tasks, rates and row counts of a mixture, for `data show` and the leakage test.
struct MixtureEntry {
  TaskSpec task;
  int64_t num_rows = 0;
  double rate = 0.0;  // share of examples drawn from it
};
std::vector<MixtureEntry> mixture_table(const MixtureOptions& options, const std::filesystem::path& data_folder);

// The n-th example a mixture draws, as text, with all its exemplars (what `data show` prints).
struct MixtureExample {
  std::string task, form;  // form: "zero-shot", "2-shot", "cot"
  RenderedExample text;
};
std::vector<MixtureExample> sample_mixture(const MixtureOptions& options, const std::filesystem::path& data_folder,
                                           uint64_t seed, int64_t count);

}  // namespace flanmoe
