// What the router does with text: utilisation and dropping by layer, by token class, and which expert takes which token
// (docs/definitions.md: dropped, utilisation, load ratio). Legend: E experts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/tokenizer/tokenizer.h"
#include "model/t5.h"
#include "moe/capacity.h"
#include "moe/options.h"
#include "moe/statistics.h"

namespace flanmoe {

struct ClassRouting {
  int64_t num_tokens = 0;
  int64_t num_dropped_tokens = 0;   // asked and kept nothing
  int64_t num_unchosen_tokens = 0;  // expert choice: no expert took it
  std::vector<int64_t> kept;        // [E]
};

struct LayerRouting {
  MoeStatistics statistics;
  std::array<ClassRouting, 4> classes;
  // Mutual information between token class and expert over the entropy of the class, 0 (no specialisation) to 1.
  double class_specialisation() const;
};

// The most that the utilisation of a layer can be, but for the rounding of capacities: k choices a token over the room
// that the capacity factor gives, which does not count k. Nothing where there is no such bound below 1: under expert
// choice every expert is full, and room that no factor gives bounds nothing.
std::optional<double> utilisation_ceiling(const MoeOptions& options, bool is_decoder, bool training);

struct RoutingOptions {
  EvalGroup eval_group = EvalGroup::kBatch;  // as the paper counts drops; kSequence as scoring does
  std::optional<CapacityRule> capacity;      // in place of the model's
  int64_t rows_per_batch = 64;
};

// Routes every text (teacher forced) and pools the statistics per sparse layer. `texts` hold source and target ids
// ending with eos.
struct TextIds {
  TokenIds source, target;
};
std::vector<LayerRouting> analyze_routing(const T5Model& model, const Tokenizer& tokenizer,
                                          const std::vector<TextIds>& texts, const RoutingOptions& options);

// One text with the expert of every token, per sparse layer.
struct ColouredToken {
  std::string piece;
  int64_t expert = -1;   // the kept expert of largest weight, -1 = none
  bool dropped = false;  // it asked and kept nothing; expert choice: never, -1 means unchosen
};
struct ColouredText {
  Stack stack = Stack::kEncoder;
  int64_t layer = 0;
  std::vector<ColouredToken> tokens;
};
std::vector<ColouredText> colour_text(const T5Model& model, const Tokenizer& tokenizer, const TextIds& text);

}  // namespace flanmoe
