#include "moe/options.h"

namespace flanmoe {

void MoeOptions::fields(FieldVisitor& v) {
  v.field("num_experts", num_experts, "experts per sparse layer; 0 = a dense model");
  v.require_within(num_experts, 0, 100'000, "num_experts");
  v.choice("routing", routing, "who chooses");
  v.choice("decoder_routing", decoder_routing, "routing of the decoder's layers");
  v.field("k", k, "experts per token (token choice)");
  v.require_within(k, 1, 100'000, "k");
  v.require(num_experts == 0 || k <= num_experts, "k", "at most num_experts");
  v.choice("gate", gate, "weights of the chosen experts");
  v.choice("second_train", second_train, "when the second expert is used, in training");
  v.choice("second_eval", second_eval, "when the second expert is used, otherwise");
  v.field("second_threshold", second_threshold, "gate below which random and threshold let go of the second expert");
  v.require(second_threshold > 0.0 && second_threshold <= 1.0, "second_threshold", "a number in (0, 1]");
  v.choice("priority", priority, "who comes first when room is short");
  v.field("jitter", jitter, "router input noise in training: times U[1 - jitter, 1 + jitter]");
  v.require(jitter >= 0.0 && jitter < 1.0, "jitter", "a number in [0, 1)");
  v.field("capacity_factor_train", capacity_factor_train,
          "room per expert over the even share, in training (k not counted)");
  v.require(capacity_factor_train > 0.0, "capacity_factor_train", "a number above 0");
  v.field("capacity_factor_eval", capacity_factor_eval, "the same in evaluation; 0 = no limit");
  v.require(capacity_factor_eval >= 0.0, "capacity_factor_eval", "0 or more");
  v.field("min_capacity", min_capacity, "least rows an expert has room for");
  v.require_within(min_capacity, 1, 1'000'000'000, "min_capacity");
  v.field("expert_capacity", expert_capacity,
          "above 0: Hugging Face's Switch rule, this much room per expert in each row in training and evaluation, "
          "padding routed too");
  v.require_within(expert_capacity, 0, 1'000'000'000, "expert_capacity");
  v.field("group_size", group_size, "tokens that compete for room in training; 0 = the whole batch");
  v.require_within(group_size, 0, 1'000'000'000, "group_size");
  v.choice("eval_group", eval_group, "who competes for room in evaluation");
  v.choice("aux_counts", aux_counts, "choices that the balance loss counts");
  v.field(
      "balance_expert_choice", balance_expert_choice,
      "whether layers of expert choice have a balance loss, too: of each token's likeliest expert, since its choices "
      "are balanced by themselves");
  v.field("balance_loss", balance_loss, "coefficient of the load-balance loss");
  v.require(balance_loss >= 0.0, "balance_loss", "0 or more");
  v.field("z_loss", z_loss, "coefficient of the router z-loss");
  v.require(z_loss >= 0.0, "z_loss", "0 or more");
  v.field("expert_dropout", expert_dropout, "dropout on the experts' hidden activation, in training");
  v.require(expert_dropout >= 0.0 && expert_dropout < 1.0, "expert_dropout", "a number in [0, 1)");
  v.field("extra_dense_ffn", extra_dense_ffn, "a dense feed-forward after each sparse one (ST-MoE)");
  v.field("sparse_every", sparse_every,
          "layer i is sparse when i % sparse_every == sparse_offset; 0 = the layers listed below");
  v.require_within(sparse_every, 0, 10'000, "sparse_every");
  v.field("sparse_offset", sparse_offset, "see sparse_every");
  v.require(sparse_offset >= 0 && sparse_offset < (sparse_every == 0 ? 10'000 : sparse_every), "sparse_offset",
            "from 0 to sparse_every - 1");
  v.field("sparse_encoder_layers", sparse_encoder_layers, "sparse layers of the encoder, when sparse_every is 0");
  v.field("sparse_decoder_layers", sparse_decoder_layers, "sparse layers of the decoder, when sparse_every is 0");
}

}  // namespace flanmoe
