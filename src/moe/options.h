// The numbers of a MoE layer. Switch, GShard, ST-MoE and Expert Choice differ only in these (docs/routing.md 18).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/config.h"
#include "base/names.h"

namespace flanmoe {

enum class RoutingRule { kTokenChoice, kExpertChoice };
constexpr std::array<Named<RoutingRule>, 2> names_of(RoutingRule) {
  return {{{RoutingRule::kTokenChoice, "token_choice"}, {RoutingRule::kExpertChoice, "expert_choice"}}};
}
// What the decoder does; Expert Choice is not causal and needs token choice there.
enum class DecoderRouting { kSame, kTokenChoice };
constexpr std::array<Named<DecoderRouting>, 2> names_of(DecoderRouting) {
  return {{{DecoderRouting::kSame, "same"}, {DecoderRouting::kTokenChoice, "token_choice"}}};
}
// Weights of the chosen experts (docs/routing.md 5).
enum class GateRule { kRaw, kNormalisedBeforeDrop, kNormalisedAfterDrop };
constexpr std::array<Named<GateRule>, 3> names_of(GateRule) {
  return {{{GateRule::kRaw, "raw"},
           {GateRule::kNormalisedBeforeDrop, "normalised_before_drop"},
           {GateRule::kNormalisedAfterDrop, "normalised_after_drop"}}};
}
// When the second expert is used (docs/routing.md 5).
enum class SecondExpert { kAll, kRandom, kThreshold, kSampling, kNone };
constexpr std::array<Named<SecondExpert>, 5> names_of(SecondExpert) {
  return {{{SecondExpert::kAll, "all"},
           {SecondExpert::kRandom, "random"},
           {SecondExpert::kThreshold, "threshold"},
           {SecondExpert::kSampling, "sampling"},
           {SecondExpert::kNone, "none"}}};
}
// Who comes first when room is short; by probability (batch-prioritised) in an encoder only.
enum class RoomPriority { kPosition, kProbability };
constexpr std::array<Named<RoomPriority>, 2> names_of(RoomPriority) {
  return {{{RoomPriority::kPosition, "position"}, {RoomPriority::kProbability, "probability"}}};
}
// Who competes for room in evaluation.
enum class EvalGroup { kSequence, kBatch };
constexpr std::array<Named<EvalGroup>, 2> names_of(EvalGroup) {
  return {{{EvalGroup::kSequence, "sequence"}, {EvalGroup::kBatch, "batch"}}};
}
// Which choices the balance loss counts (docs/routing.md 8).
enum class BalanceCounts { kTop1, kAll, kAllOverK };
constexpr std::array<Named<BalanceCounts>, 3> names_of(BalanceCounts) {
  return {{{BalanceCounts::kTop1, "top1"}, {BalanceCounts::kAll, "all"}, {BalanceCounts::kAllOverK, "all_over_k"}}};
}

struct MoeOptions {
  int64_t num_experts = 0;  // E
  RoutingRule routing = RoutingRule::kTokenChoice;
  DecoderRouting decoder_routing = DecoderRouting::kSame;
  int64_t k = 1;
  GateRule gate = GateRule::kRaw;
  SecondExpert second_train = SecondExpert::kAll;
  SecondExpert second_eval = SecondExpert::kAll;
  double second_threshold = 0.2;
  RoomPriority priority = RoomPriority::kPosition;
  double jitter = 0.0;
  double capacity_factor_train = 1.25;
  double capacity_factor_eval = 2.0;  // read by capacity_rule (moe/capacity.h)
  int64_t min_capacity = 4;
  int64_t expert_capacity = 0;  // Hugging Face's rule (docs/routing.md 4): each row is a group
  int64_t group_size = 4096;
  EvalGroup eval_group = EvalGroup::kSequence;
  BalanceCounts aux_counts = BalanceCounts::kTop1;
  bool balance_expert_choice = false;  // docs/routing.md 8
  double balance_loss = 0.01;
  double z_loss = 0.0;
  double expert_dropout = 0.0;
  bool extra_dense_ffn = false;
  int64_t sparse_every = 2;
  int64_t sparse_offset = 1;
  std::vector<int64_t> sparse_encoder_layers, sparse_decoder_layers;  // rising
  bool hugging_face() const { return expert_capacity > 0; }
  void fields(FieldVisitor& visitor);
};

}  // namespace flanmoe
