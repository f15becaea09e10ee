// Decoding by whole forward passes, without a cache: what generate, advance and score_targets must agree with.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/forward.h"
#include "model/forward_parts.h"
#include "model/parameter.h"
#include "model/tiny.h"

namespace flanmoe::whole {

using Tokens = std::vector<int32_t>;

inline constexpr int32_t kEos = 1;

inline tiny::Ids wide(const Tokens& ids) { return {ids.begin(), ids.end()}; }
inline Tokens narrow(const tiny::Ids& ids) { return {ids.begin(), ids.end()}; }

inline Tokens random_source(int64_t length, uint64_t seed, int64_t vocab_size = 23) {
  RandomStream stream(seed, "source");
  return narrow(tiny::random_ids(stream, length, vocab_size));
}

// Logits [Lt, V] of every place of `target`, as a full pass over one example computes them. While decoding no expert of
// the decoder is ever full; the encoder keeps its evaluation routing.
inline at::Tensor logits_of(const T5Model& model, const Tokens& source, const Tokens& target) {
  TokenBatch batch = tiny::batch_of({{wide(source), wide(target)}});
  batch.source_segments = at::ones_like(batch.source_ids);  // a generated 0 is a token as any other
  batch.target_segments = at::ones_like(batch.target_ids);
  ForwardOptions unlimited;
  unlimited.capacity = NoLimit{};
  at::Tensor logits;
  if (model.options().decoder_only) {
    logits = forward(model, batch, unlimited).logits;
  } else {
    RouterReports reports;
    const at::Tensor memory = encode(model, batch.source_ids, batch.source_segments, {}, reports);
    logits = output_logits(model, decode_targets(model, batch, memory, unlimited, reports));
  }
  return logits[0].detach();
}

// Those after `prefix` [V].
inline at::Tensor next_logits(const T5Model& model, const Tokens& source, const Tokens& prefix) {
  Tokens target = prefix;
  target.push_back(kEos);  // the decoder reads the target shifted by one, so that it never sees this token
  return logits_of(model, source, target)[static_cast<int64_t>(prefix.size())];
}

// The greedy answer, what ends it not included.
inline Tokens greedy(const T5Model& model, const Tokens& source, int64_t max_new_tokens,
                     const std::vector<int64_t>& end_tokens = {kEos}) {
  Tokens answer;
  while (static_cast<int64_t>(answer.size()) < max_new_tokens) {
    const int32_t next = static_cast<int32_t>(next_logits(model, source, answer).argmax().item<int64_t>());
    if (std::find(end_tokens.begin(), end_tokens.end(), next) != end_tokens.end()) break;
    answer.push_back(next);
  }
  return answer;
}

// Lets eos win now and then, so that answers end at different lengths.
inline T5Model lively(const ModelOptions& options, uint64_t seed = 8) {
  const T5Model model = tiny::stirred(options, seed);
  for (const Parameter& parameter : model.parameters()) {
    const at::Tensor value = parameter.value.detach();
    if (value.dim() >= 2 && parameter.name.find("router") == std::string::npos) value.mul_(1.7);
  }
  return model;
}

inline T5Model lively(const std::string& arm, uint64_t seed = 8) { return lively(tiny::roomy_options(arm), seed); }

inline const std::vector<Tokens>& sources() {
  static const std::vector<Tokens> all = {random_source(9, 1),  random_source(1, 2), random_source(4, 3),
                                          random_source(13, 4), random_source(2, 5), random_source(9, 6),
                                          random_source(6, 7)};
  return all;
}

}  // namespace flanmoe::whole
