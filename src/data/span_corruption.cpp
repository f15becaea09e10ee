#include "data/span_corruption.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "data/packing.h"

namespace flanmoe {
namespace {

int64_t rounded(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

CorruptedLengths lengths_of(int64_t raw, double density, double mean_span) {
  const int64_t noise = rounded(static_cast<double>(raw) * density),
                spans = rounded(static_cast<double>(noise) / mean_span);
  return {raw, raw - noise + spans + 1, noise + spans + 1};
}

// Tokens of a text of 2 or more that are hidden.
int64_t noise_of(int64_t length, double density) {
  return std::clamp<int64_t>(rounded(static_cast<double>(length) * density), 1, length - 1);
}

int64_t random_spans_of(int64_t length, double density, double mean_span) {
  const int64_t noise = noise_of(length, density), most = std::min(noise, length - noise);
  return std::clamp<int64_t>(rounded(static_cast<double>(noise) / mean_span), 1, most);
}

// A uniformly random composition of `total` into `parts` positive numbers.
std::vector<int64_t> random_parts(int64_t total, int64_t parts, RandomStream& stream) {
  std::vector<uint8_t> cuts(total - 1, 0);
  std::fill(cuts.begin(), cuts.begin() + (parts - 1), 1);
  stream.shuffle(cuts);
  std::vector<int64_t> sizes{1};
  for (uint8_t cut : cuts) {
    if (cut) {
      sizes.push_back(1);
    } else {
      ++sizes.back();
    }
  }
  return sizes;
}

// May [begin, end) become a noise span of its own?
bool is_free(const std::vector<uint8_t>& mask, int64_t begin, int64_t end) {
  const auto length = static_cast<int64_t>(mask.size());
  for (int64_t i = std::max<int64_t>(begin - 1, 0); i < std::min(end + 1, length); ++i) {
    if (mask[i]) return false;
  }
  return end <= length;
}

}  // namespace

CorruptedLengths corrupted_lengths(int64_t source_length, double density, double mean_span) {
  CorruptedLengths best = lengths_of(1, density, mean_span);
  if (best.source > source_length) fail_input("'source_length' is {}, too short for span corruption", source_length);
  while (true) {
    const CorruptedLengths next = lengths_of(best.raw + 1, density, mean_span);
    if (next.source > source_length) return best;
    best = next;
  }
}

std::vector<uint8_t> random_spans_mask(int64_t length, double density, double mean_span, RandomStream& stream) {
  const int64_t padded_length = std::max<int64_t>(length, 2);
  const int64_t noise = noise_of(padded_length, density), spans = random_spans_of(padded_length, density, mean_span);
  const auto noise_sizes = random_parts(noise, spans, stream),
             kept_sizes = random_parts(padded_length - noise, spans, stream);
  std::vector<uint8_t> mask;
  for (int64_t i = 0; i < spans; ++i) {
    mask.insert(mask.end(), kept_sizes[i], 0);
    mask.insert(mask.end(), noise_sizes[i], 1);
  }
  mask.resize(length);
  return mask;
}

std::vector<uint8_t> salient_spans_mask(int64_t length, const std::vector<std::pair<int64_t, int64_t>>& marked,
                                        double density, double mean_span, double salient_share, RandomStream& stream) {
  constexpr int kTries = 8;
  const int64_t budget = noise_of(length, density);
  std::vector<uint8_t> mask(length, 0);
  std::vector<std::pair<int64_t, int64_t>> waiting = marked;
  stream.shuffle(waiting);
  for (int64_t masked = 0; masked < budget;) {
    std::pair<int64_t, int64_t> span{-1, -1};
    if (stream.chance(salient_share)) {
      while (!waiting.empty() && span.first < 0) {
        if (is_free(mask, waiting.back().first, waiting.back().second)) span = waiting.back();
        waiting.pop_back();
      }
    }
    for (int i = 0; i < kTries && span.first < 0; ++i) {
      const int64_t size = std::min(stream.between(1, rounded(2.0 * mean_span) - 1), length - 1);
      const int64_t begin = stream.between(0, length - size);
      if (is_free(mask, begin, begin + size)) span = {begin, begin + size};
    }
    if (span.first < 0) break;  // no room left
    std::fill(mask.begin() + span.first, mask.begin() + span.second, 1);
    masked += span.second - span.first;
  }
  return mask;
}

// A salient mask ends at the span that brings it to the budget, and no two spans touch: at most as many as hidden
// tokens, and as every other token.
int64_t most_spans(int64_t length, double density, double mean_span, bool salient) {
  const int64_t longest = std::max<int64_t>(length, 2);
  if (salient) return std::min(noise_of(longest, density), (longest + 1) / 2);
  return random_spans_of(longest, density, mean_span);  // a shorter text has no more
}

TokenPair corrupt(const TokenIds& ids, const std::vector<uint8_t>& mask, const Tokenizer& tokenizer) {
  FLANMOE_ASSERT(ids.size() == mask.size());
  TokenPair pair;
  int64_t num_spans = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (mask[i] && (i == 0 || !mask[i - 1])) {
      const int32_t sentinel = tokenizer.sentinel(num_spans++);
      pair.source.push_back(sentinel);
      pair.target.push_back(sentinel);
    }
    (mask[i] ? pair.target : pair.source).push_back(ids[i]);
  }
  pair.source.push_back(kEosId);
  pair.target.push_back(kEosId);
  return pair;
}

}  // namespace flanmoe
