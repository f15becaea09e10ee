#include <mutex>

#include "base/error.h"
#include "base/random.h"
#include "data/batch_source.h"
#include "data/corpus.h"
#include "data/documents.h"
#include "data/packing.h"
#include "data/span_corruption.h"

namespace flanmoe {
namespace {

struct Document {
  TokenIds ids;
  Spans marked;  // in tokens
};

Document tokenised(const RawDocument& raw, const Tokenizer& tokenizer) {
  Document document;
  if (raw.marked.empty()) {
    document.ids = tokenizer.encode_text(raw.text);
    return document;
  }
  const auto pieces = tokenizer.encode_plain(raw.text);
  for (const auto& piece : pieces) document.ids.push_back(piece.id);
  for (const auto& [begin, end] : raw.marked) {
    Spans::value_type span{-1, -1};
    for (size_t i = 0; i < pieces.size(); ++i) {
      const bool inside = static_cast<int64_t>(pieces[i].end) > begin && static_cast<int64_t>(pieces[i].begin) < end;
      if (!inside) continue;
      if (span.first < 0) span.first = static_cast<int64_t>(i);
      span.second = static_cast<int64_t>(i) + 1;
    }
    if (span.first >= 0) document.marked.push_back(span);
  }
  return document;
}

// Tokens of a row before it becomes source and target.
int64_t raw_length(const CorpusOptions& options) {
  if (options.objective == Objective::kPrefixLm) return options.source_length - 1;
  return corrupted_lengths(options.source_length, options.noise_density, options.mean_span_length).raw;
}

// Cut behind at least one token and in front of at least one; a row of a single token is all target.
TokenPair cut_in_two(const TokenIds& ids, RandomStream& stream) {
  const auto length = static_cast<int64_t>(ids.size());
  const std::ptrdiff_t cut = length < 2 ? 0 : stream.between(1, length - 1);
  TokenPair pair{{ids.begin(), ids.begin() + cut}, {ids.begin() + cut, ids.end()}};
  pair.source.push_back(kEosId);
  pair.target.push_back(kEosId);
  return pair;
}

// A text with more spans than there are sentinels would stop the run at the step that draws it.
void check_sentinels(const CorpusOptions& options, int64_t raw_length, int64_t num_sentinels) {
  if (options.objective == Objective::kPrefixLm) return;
  const int64_t needed =
      most_spans(raw_length, options.noise_density, options.mean_span_length, options.salient_share > 0.0);
  if (needed <= num_sentinels) return;
  fail_input(
      "a row of 'source_length' {} has up to {} masked spans ('noise_density' {}, {}), but the vocabulary has {} "
      "sentinels; expected a smaller source_length or noise_density{}, or 'num_sentinels' {} or more",
      options.source_length, needed, options.noise_density,
      options.salient_share > 0.0 ? "'salient_share' above 0: a span may be a single token"
                                  : fmt::format("'mean_span_length' {}", options.mean_span_length),
      num_sentinels, options.salient_share > 0.0 ? "" : ", a larger mean_span_length", needed);
}

// Whether the document at this place of all files is kept out of training.
bool is_held_out(const CorpusOptions& options, int64_t place) {
  constexpr uint64_t kSeed = 0;  // of every run
  return unit_interval(stream_key(kSeed, "held_out_document", static_cast<uint64_t>(place))) < options.held_out_share;
}

class CorpusSource final : public BatchSource {
 public:
  CorpusSource(const CorpusOptions& options, const Tokenizer& tokenizer, uint64_t seed, CorpusPart part)
      : options_(options), tokenizer_(tokenizer), seed_(seed), part_(part), raw_length_(raw_length(options)) {
    check_sentinels(options, raw_length_, tokenizer.num_sentinels());
    for (const std::string& file : options.files) read(file);
    for (const Document& document : documents_) num_tokens_ += static_cast<int64_t>(document.ids.size());
    if (!documents_.empty()) return;
    if (num_read_ == 0) fail_input("the corpus is empty: {} hold no document", fmt::join(options.files, ", "));
    if (options.held_out_share == 0.0 && part == CorpusPart::kTrained) {
      fail_input("the corpus is empty: none of the {} documents of {} holds a token of this vocabulary", num_read_,
                 fmt::join(options.files, ", "));
    }
    fail_input("'corpus.held_out_share' is {}, which of the {} documents of {} leaves none to {}",
               options.held_out_share, num_read_, fmt::join(options.files, ", "),
               part == CorpusPart::kHeldOut ? "validate on" : "train on");
  }

  TokenBatch batch(uint64_t step) const override {
    std::vector<TokenPair> pairs;
    const auto rows = static_cast<uint64_t>(options_.rows_per_batch);
    for (uint64_t r = 0; r < rows; ++r) pairs.push_back(row_pair(step * rows + r));
    return pad_batch(pairs);
  }

  std::string describe() const override {
    return fmt::format("{} documents, {} tokens per epoch", documents_.size(), num_tokens_);
  }

 private:
  void read(const std::string& file) {
    for (const RawDocument& raw : read_documents(file)) {
      if (is_held_out(options_, num_read_++) != (part_ == CorpusPart::kHeldOut)) continue;
      Document document = tokenised(raw, tokenizer_);
      if (options_.split_documents) {
        cut(document);
      } else if (!document.ids.empty()) {
        if (static_cast<int64_t>(document.ids.size()) > raw_length_) document.ids.resize(raw_length_);
        documents_.push_back(std::move(document));
      }
    }
  }

  // Long documents become pieces of at most a row.
  void cut(const Document& document) {
    for (size_t begin = 0; begin < document.ids.size(); begin += static_cast<size_t>(raw_length_)) {
      const size_t end = std::min(document.ids.size(), begin + static_cast<size_t>(raw_length_));
      Document piece{{document.ids.begin() + static_cast<std::ptrdiff_t>(begin),
                      document.ids.begin() + static_cast<std::ptrdiff_t>(end)},
                     {}};
      for (const auto& [from, to] : document.marked) {
        if (from >= static_cast<int64_t>(begin) && to <= static_cast<int64_t>(end)) {
          piece.marked.emplace_back(from - static_cast<int64_t>(begin), to - static_cast<int64_t>(begin));
        }
      }
      documents_.push_back(std::move(piece));
    }
  }

  // Document numbers of one row: consecutive in the epoch's order, as many as fit.
  struct Row {
    uint64_t epoch, begin, end;
  };

  // Rows are laid out epoch by epoch, on demand; what is laid out never changes.
  Row row_at(uint64_t index) const {
    const std::lock_guard<std::mutex> guard(mutex_);
    while (rows_.size() <= index) {
      const uint64_t epoch = num_epochs_++;
      const Permutation order(stream_key(seed_, "corpus_order", epoch), documents_.size());
      for (uint64_t begin = 0; begin < documents_.size();) {
        uint64_t end = begin;
        int64_t length = 0;
        while (end < documents_.size()) {
          length += static_cast<int64_t>(documents_[order(end)].ids.size());
          if (end > begin && length > raw_length_) break;
          ++end;
        }
        rows_.push_back({epoch, begin, end});
        begin = end;
      }
    }
    return rows_[index];
  }

  Document joined_row(uint64_t index) const {
    const Row row = row_at(index);
    const Permutation order(stream_key(seed_, "corpus_order", row.epoch), documents_.size());
    Document joined;
    for (uint64_t i = row.begin; i < row.end; ++i) {
      const Document& document = documents_[order(i)];
      const auto shift = static_cast<int64_t>(joined.ids.size());
      for (const auto& [begin, end] : document.marked) joined.marked.emplace_back(begin + shift, end + shift);
      joined.ids.insert(joined.ids.end(), document.ids.begin(), document.ids.end());
    }
    return joined;
  }

  TokenPair row_pair(uint64_t index) const {
    const Document joined = joined_row(index);
    if (options_.objective == Objective::kPrefixLm) {
      RandomStream stream(seed_, "prefix", index);
      return cut_in_two(joined.ids, stream);
    }
    RandomStream stream(seed_, "corrupt", index);
    const auto length = static_cast<int64_t>(joined.ids.size());
    const bool salient = options_.salient_share > 0.0 && length >= 2;
    const auto mask = salient ? salient_spans_mask(length, joined.marked, options_.noise_density,
                                                   options_.mean_span_length, options_.salient_share, stream)
                              : random_spans_mask(length, options_.noise_density, options_.mean_span_length, stream);
    return corrupt(joined.ids, mask, tokenizer_);
  }

  CorpusOptions options_;
  Tokenizer tokenizer_;
  uint64_t seed_;
  CorpusPart part_;
  int64_t raw_length_, num_tokens_ = 0, num_read_ = 0;
  std::vector<Document> documents_;
  mutable std::mutex mutex_;
  mutable std::vector<Row> rows_;
  mutable uint64_t num_epochs_ = 0;
};

// One source for the first batches, then another from its beginning.
class TwoSources final : public BatchSource {
 public:
  TwoSources(std::unique_ptr<BatchSource> first, uint64_t first_batches, std::unique_ptr<BatchSource> then)
      : first_(std::move(first)), first_batches_(first_batches), then_(std::move(then)) {}

  TokenBatch batch(uint64_t step) const override {
    return step < first_batches_ ? first_->batch(step) : then_->batch(step - first_batches_);
  }
  std::string describe() const override {
    return fmt::format("{}; before that, {} batches of {}", then_->describe(), first_batches_, first_->describe());
  }

 private:
  std::unique_ptr<BatchSource> first_;
  uint64_t first_batches_;
  std::unique_ptr<BatchSource> then_;
};

}  // namespace

void CorpusOptions::fields(FieldVisitor& v) {
  v.field("files", files,
          ".txt (a blank line between documents) or .jsonl with \"text\" and, if it likes, \"spans\"; .gz too");
  v.field(
      "first_files", first_files,
      "text that is read alone at first, in batches of its own: a small part of all teaches how facts are recalled");
  v.field("first_batches", first_batches, "batches of first_files before those of files");
  v.require_within(first_batches, 0, 1'000'000'000, "first_batches");
  v.require((first_batches > 0) == !first_files.empty(), "first_batches", "above 0 with first_files, and 0 without");
  v.field("source_length", source_length, "row budget in source tokens, eos included");
  v.require_within(source_length, 4, 1'000'000, "source_length");
  v.field("noise_density", noise_density, "share of tokens that are masked");
  v.require(noise_density > 0.0 && noise_density < 1.0, "noise_density", "a number in (0, 1)");
  v.field("mean_span_length", mean_span_length, "tokens per masked span");
  v.require(mean_span_length >= 1.0, "mean_span_length", "1 or more");
  v.field("salient_share", salient_share,
          "share of masked spans put on marked spans (\"spans\" of the .jsonl); 0 = random spans only");
  v.require(salient_share >= 0.0 && salient_share <= 1.0, "salient_share", "a number in [0, 1]");
  v.field("split_documents", split_documents, "cut long documents to rows; false: a row holds whole documents");
  v.choice("objective", objective, "what is learned: masked spans, or the end of a text cut at a random place");
  v.field("rows_per_batch", rows_per_batch, "rows per batch");
  v.require_within(rows_per_batch, 1, 1'000'000, "rows_per_batch");
  v.require(rows_per_batch * source_length <= kMostBatchTokens, "rows_per_batch",
            "at most 100 million source tokens in a batch");
  v.field("held_out_share", held_out_share, "share of the documents kept out of training, for validation's loss");
  v.require(held_out_share >= 0.0 && held_out_share < 1.0, "held_out_share", "a number in [0, 1)");
}

std::unique_ptr<BatchSource> make_corpus_source(const CorpusOptions& options, const Tokenizer& tokenizer, uint64_t seed,
                                                CorpusPart part) {
  auto source = std::make_unique<CorpusSource>(options, tokenizer, seed, part);
  if (options.first_batches == 0 || part == CorpusPart::kHeldOut) return source;
  CorpusOptions first = options;
  first.files = options.first_files;
  first.held_out_share = 0.0;  // what is kept apart are documents of the files
  return std::make_unique<TwoSources>(std::make_unique<CorpusSource>(first, tokenizer, seed, part),
                                      static_cast<uint64_t>(options.first_batches), std::move(source));
}

}  // namespace flanmoe
