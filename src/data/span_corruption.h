// Span corruption (docs/routing.md 14): noise spans become sentinels in the source; the target holds sentinels and
// what was hidden.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/random.h"
#include "data/packing.h"

namespace flanmoe {

// For a raw text of t tokens: source t - n + s + 1 and target n + s + 1 tokens, with n = round(density t), s = round(n
// / mean span).
struct CorruptedLengths {
  int64_t raw = 0, source = 0, target = 0;
};
// The largest t whose source fits `source_length`.
CorruptedLengths corrupted_lengths(int64_t source_length, double density, double mean_span);

// T5's random mask: 1 = noise. Begins with a kept token and ends with noise; at least one token of each for length
// >= 2.
std::vector<uint8_t> random_spans_mask(int64_t length, double density, double mean_span, RandomStream& stream);

// Masks spans until `density` of the tokens is hidden (the last one may overshoot): with probability `salient_share`
// one of the marked spans ([begin, end) in tokens), else a random one of about the mean length. Spans do not touch.
std::vector<uint8_t> salient_spans_mask(int64_t length, const std::vector<std::pair<int64_t, int64_t>>& marked,
                                        double density, double mean_span, double salient_share, RandomStream& stream);

// The most spans, and so sentinels, that a text of at most `length` tokens can get from the masks above: random spans
// have one number per length; salient ones may be a token each.
int64_t most_spans(int64_t length, double density, double mean_span, bool salient);

// Source: every run of noise -> one sentinel. Target: sentinel then the run, for each. Both end with eos.
TokenPair corrupt(const TokenIds& ids, const std::vector<uint8_t>& mask, const Tokenizer& tokenizer);

}  // namespace flanmoe
