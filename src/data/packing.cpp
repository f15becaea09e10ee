#include "data/packing.h"
#include "base/error.h"

namespace flanmoe {
namespace {

// Rows of one side, filled segment by segment.
struct PackedSide {
  std::vector<TokenIds> ids, segments;

  void open_row() {
    ids.emplace_back();
    segments.emplace_back();
  }
  void append(const TokenIds& sequence, int32_t segment) {
    ids.back().insert(ids.back().end(), sequence.begin(), sequence.end());
    segments.back().insert(segments.back().end(), sequence.size(), segment);
  }
};

void count(TokenBatch& batch, const std::vector<TokenPair>& pairs) {
  batch.num_examples = static_cast<int64_t>(pairs.size());
  for (const TokenPair& pair : pairs) {
    batch.num_source_tokens += static_cast<int64_t>(pair.source.size());
    batch.num_target_tokens += static_cast<int64_t>(pair.target.size());
  }
}

}  // namespace

TokenBatch pad_batch(const std::vector<TokenPair>& pairs) {
  std::vector<TokenIds> sources, targets;
  for (const TokenPair& pair : pairs) {
    sources.push_back(pair.source);
    targets.push_back(pair.target);
  }
  TokenBatch batch{pad_ids(sources), pad_ids(targets), {}, {}};
  count(batch, pairs);
  return batch;
}

TokenBatch pack_batch(const std::vector<TokenPair>& pairs, int64_t source_length, int64_t target_length) {
  const auto max_source = static_cast<size_t>(source_length), max_target = static_cast<size_t>(target_length);
  PackedSide source, target;
  int32_t segment = 0;
  for (const TokenPair& pair : pairs) {
    FLANMOE_ASSERT(pair.source.size() <= max_source && pair.target.size() <= max_target);
    const bool fits = segment > 0 && source.ids.back().size() + pair.source.size() <= max_source &&
                      target.ids.back().size() + pair.target.size() <= max_target;
    if (!fits) {
      source.open_row();
      target.open_row();
      segment = 0;
    }
    ++segment;
    source.append(pair.source, segment);
    target.append(pair.target, segment);
  }
  TokenBatch batch{pad_ids(source.ids), pad_ids(target.ids), pad_ids(source.segments), pad_ids(target.segments)};
  count(batch, pairs);
  return batch;
}

}  // namespace flanmoe
