// The shape of a T5 (encoder-decoder v1.0 / v1.1, or decoder-only). As keys of config.json: docs/format.md.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/names.h"
#include "moe/options.h"

namespace flanmoe {

// Whether hidden states are scaled by d_model^-1/2 in front of the head: with the embedding as the head only, as T5
// v1.0 and v1.1 have it, or whatever the head is.
enum class LogitScale { kByHead, kAlways, kNever };
constexpr std::array<Named<LogitScale>, 3> names_of(LogitScale) {
  return {{{LogitScale::kByHead, "by_head"}, {LogitScale::kAlways, "always"}, {LogitScale::kNever, "never"}}};
}

struct ModelOptions {
  bool decoder_only = false;
  int64_t vocab_size = 0;
  int64_t d_model = 64;
  int64_t d_kv = 16;
  int64_t num_heads = 4;
  int64_t d_ff = 256;
  int64_t num_layers = 2;
  int64_t num_decoder_layers = 2;
  bool gated = false;
  bool tied = true;
  LogitScale logit_scale = LogitScale::kByHead;
  double dropout = 0.0;
  int64_t relative_buckets = 32;
  int64_t relative_max_distance = 128;
  double layer_norm_epsilon = 1e-6;
  double init_scale = 1.0;
  MoeOptions moe;

  bool layer_is_sparse(bool is_decoder, int64_t layer) const;  // a decoder-only model is a decoder
  std::vector<int64_t> sparse_layers(bool is_decoder) const;   // rising
  bool scales_logits() const;
  int64_t num_layers_of(bool is_decoder) const;  // 0 for the encoder of a decoder-only model
  void fields(FieldVisitor& visitor);
  void check() const;  // UserError on a combination that cannot be built
};

}  // namespace flanmoe
