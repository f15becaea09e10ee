// The tables themselves: transformers 4 and 5 (PretrainedConfig, T5Config, MT5Config, SwitchTransformersConfig,
// GenerationConfig, T5Tokenizer), and what older files of T5 and Switch hold.
#include "base/error.h"
#include "base/foreign_keys.h"

namespace flanmoe {
namespace {

using Keys = std::vector<ForeignKey>;
constexpr KeyUse kRead = KeyUse::kRead, kHarmless = KeyUse::kHarmless, kOnly = KeyUse::kOnly, kTold = KeyUse::kTold;

constexpr std::string_view kTokenizers =
    "[\"T5Tokenizer\", \"T5TokenizerFast\", \"MT5Tokenizer\", \"MT5TokenizerFast\", \"PreTrainedTokenizerFast\", "
    "\"TokenizersBackend\"]";

void add(Keys& keys, KeyUse use, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) keys.push_back({name, use, "", ""});
}

Keys model_keys() {
  Keys keys = {
      {"is_decoder", kOnly, "[false]", "a decoder alone is another model"},
      {"add_cross_attention", kOnly, "[false]",
       "flanmoe has T5's own attention from decoder to encoder, no further one"},
      {"cross_attention_hidden_size", kOnly, "[]", "encoder and decoder are of one width here"},
      {"tie_encoder_decoder", kOnly, "[false]", "encoder and decoder have weights of their own here"},
      {"pruned_heads", kOnly, "[{}]", "flanmoe has all heads in all layers"},
      {"quantization_config", kOnly, "[]", "flanmoe reads weights that are not quantised; save the model unquantised"},
      {"auto_map", kOnly, "[{}]", "the folder asks for code of its own, which flanmoe does not run"},
      {"router_dtype", kTold, "[\"float32\"]", "routers are computed in float32 here"},
      {"tokenizer_class", kTold, kTokenizers, "flanmoe has T5's tokenizer, and reads the spiece.model of the folder"},
  };
  add(keys, kRead,
      {"architectures",
       "model_type",
       "vocab_size",
       "d_model",
       "d_kv",
       "d_ff",
       "num_layers",
       "num_decoder_layers",
       "num_heads",
       "hidden_size",
       "num_hidden_layers",
       "num_attention_heads",
       "head_dim",
       "feed_forward_proj",
       "is_gated_act",
       "dense_act_fn",
       "relative_attention_num_buckets",
       "relative_attention_max_distance",
       "layer_norm_epsilon",
       "dropout_rate",
       "init_scale",
       "tie_word_embeddings",
       "scale_decoder_outputs",
       "is_encoder_decoder",
       "pad_token_id",
       "eos_token_id",
       "decoder_start_token_id",
       "transformers_version",
       "moe",
       "num_experts",
       "expert_capacity",
       "num_selected_experts",
       "num_sparse_encoder_layers",
       "num_sparse_decoder_layers",
       "encoder_sparse_step",
       "decoder_sparse_step",
       "router_bias",
       "router_jitter_noise",
       "router_z_loss_coef",
       "router_aux_loss_coef"});
  add(keys, kHarmless,
      {"_name_or_path", "_commit_hash", "_attn_implementation", "_attn_implementation_autoset",
       "_experts_implementation", "_output_attentions", "attn_implementation", "torch_dtype", "dtype", "torchscript",
       "use_bfloat16", "tf_legacy_loss", "use_cache", "output_past", "return_dict", "gradient_checkpointing",
       "chunk_size_feed_forward", "n_positions", "initializer_factor", "classifier_dropout", "task_specific_params",
       "prefix", "finetuning_task", "problem_type", "id2label", "label2id", "num_labels", "sep_token_id",
       // Of published Switch models; transformers' code does not read them either.
       "add_router_probs", "router_ignore_padding_tokens", "router_type", "batch_prioritized_routing",
       "capacity_factor", "train_capacity_factor", "eval_capacity_factor", "second_expert_policy", "shared_experts",
       "layer_dropout"});
  return keys;
}

Keys decoding_keys() {
  Keys keys = {
      {"num_beam_groups", kOnly, "[1]", "flanmoe has no groups of beams"},
      {"diversity_penalty", kOnly, "[0]", "flanmoe has no groups of beams"},
      {"constraints", kOnly, "[]", "flanmoe has no constrained beam search"},
      {"force_words_ids", kOnly, "[]", "flanmoe has no constrained beam search"},
      {"penalty_alpha", kOnly, "[0]", "flanmoe has no contrastive search"},
      {"dola_layers", kOnly, "[]", "flanmoe does not decode by contrast of layers"},
      {"guidance_scale", kOnly, "[1]", "flanmoe has no classifier-free guidance"},
      {"watermarking_config", kOnly, "[]", "flanmoe has no watermarks"},
      {"sequence_bias", kOnly, "[]", "flanmoe has no bias by sequence; bad_words_ids forbids sequences"},
      {"exponential_decay_length_penalty", kOnly, "[]", "flanmoe has no penalty that grows with the length"},
      {"encoder_repetition_penalty", kOnly, "[1]", "flanmoe has no penalty on what the prompt does not say"},
      {"encoder_no_repeat_ngram_size", kOnly, "[0]", "flanmoe does not forbid the n-grams of the prompt"},
      {"renormalize_logits", kOnly, "[false]", "flanmoe does not normalise again behind its rules"},
      {"typical_p", kOnly, "[1]", "flanmoe samples by top_k, top_p and min_p"},
      {"epsilon_cutoff", kOnly, "[0]", "flanmoe samples by top_k, top_p and min_p"},
      {"eta_cutoff", kOnly, "[0]", "flanmoe samples by top_k, top_p and min_p"},
      {"top_h", kOnly, "[]", "flanmoe samples by top_k, top_p and min_p"},
      {"max_time", kOnly, "[]", "flanmoe has no limit by time; max_new_tokens is one by length"},
      {"token_healing", kOnly, "[false]", "flanmoe leaves the prompt's last token as it is"},
      {"decoder_start_token_id", kOnly, "[0]", "answers start with T5's padding here"},
      {"custom_generate", kOnly, "[]", "the folder asks for code of its own, which flanmoe does not run"},
  };
  add(keys, kRead,
      {"max_length",
       "max_new_tokens",
       "min_length",
       "min_new_tokens",
       "early_stopping",
       "do_sample",
       "num_beams",
       "num_return_sequences",
       "temperature",
       "top_k",
       "top_p",
       "min_p",
       "length_penalty",
       "repetition_penalty",
       "no_repeat_ngram_size",
       "bad_words_ids",
       "forced_bos_token_id",
       "forced_eos_token_id",
       "suppress_tokens",
       "begin_suppress_tokens",
       "stop_strings",
       "eos_token_id"});
  add(keys, kHarmless,
      {"_from_model_config", "_commit_hash", "transformers_version", "generation_kwargs", "use_cache",
       "cache_implementation", "cache_config", "max_cache_len", "return_legacy_cache", "prefill_chunk_size",
       "low_memory", "compile_config", "disable_compile", "remove_invalid_values", "output_attentions",
       "output_hidden_states", "output_scores", "output_logits", "return_dict_in_generate", "pad_token_id",
       "bos_token_id",
       // Of assisted decoding, which gives the same answers faster, and runs with an assistant only.
       "speculation_type", "use_mtp", "continuous_batching_config", "assistant_ensemble_weight", "is_assistant",
       "num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_confidence_threshold",
       "assistant_early_exit", "assistant_lookbehind", "target_lookbehind", "prompt_lookup_num_tokens",
       "max_matching_ngram_size"});
  return keys;
}

Keys special_token_keys() {
  Keys keys;
  add(keys, kRead,
      {"eos_token", "pad_token", "unk_token", "bos_token", "sep_token", "cls_token", "mask_token",
       "additional_special_tokens", "extra_special_tokens"});
  return keys;
}

Keys tokenizer_keys() {
  Keys keys = special_token_keys();
  const Keys more = {
      {"add_prefix_space", kOnly, "[true]", "the first word of a text begins with a space here"},
      {"do_lower_case", kOnly, "[false]", "flanmoe leaves case to the vocabulary"},
      {"split_special_tokens", kOnly, "[false]",
       "a written token is a token here; `--plain` reads texts without tokens"},
      {"sp_model_kwargs", kOnly, "[{}]", "flanmoe cuts a text in one way, without sampling"},
      {"add_bos_token", kOnly, "[false]", "a text begins without a token of its own here"},
      {"add_eos_token", kOnly, "[true]", "a text ends with </s> here"},
      {"tokenizer_class", kOnly, kTokenizers, "flanmoe has T5's tokenizer"},
      {"spaces_between_special_tokens", kTold, "[true]", "tokens stand apart by spaces in decoded texts here"},
  };
  keys.insert(keys.end(), more.begin(), more.end());
  add(keys, kRead, {"extra_ids", "legacy", "added_tokens_decoder", "clean_up_tokenization_spaces"});
  add(keys, kHarmless,
      {"name_or_path",
       "_commit_hash",
       "transformers_version",
       "special_tokens_map_file",
       "tokenizer_file",
       "vocab_file",
       "model_max_length",
       "max_length",
       "max_new_tokens",
       "truncation",
       "truncation_side",
       "truncation_strategy",
       "stride",
       "padding",
       "padding_side",
       "pad_to_multiple_of",
       "pad_token_type_id",
       "return_token_type_ids",
       "model_input_names",
       "model_specific_special_tokens",
       "processor_class",
       "chat_template",
       "from_slow",
       "unk_id",
       "use_fast",
       "backend",
       "is_local",
       "local_files_only",
       "cache_dir",
       "device_map",
       "trust_remote_code",
       "verbose",
       "errors"});
  return keys;
}

}  // namespace

const std::vector<ForeignKey>& foreign_keys(SettingsFile kind) {
  static const Keys model = model_keys(), decoding = decoding_keys(), tokenizer = tokenizer_keys(),
                    special = special_token_keys();
  switch (kind) {
    case SettingsFile::kModel:
      return model;
    case SettingsFile::kDecoding:
      return decoding;
    case SettingsFile::kTokenizer:
      return tokenizer;
    case SettingsFile::kSpecialTokens:
      break;
  }
  return special;
}

}  // namespace flanmoe
