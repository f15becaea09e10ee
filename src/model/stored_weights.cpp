#include "model/stored_weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>

#include "base/error.h"
#include "base/log.h"
#include "tensor/threads.h"

namespace flanmoe {
namespace {

constexpr const char* kExperts = ".experts.";
constexpr const char* kEmbedding = "shared.weight";
constexpr const char* kHead = "lm_head.weight";
constexpr std::string_view kWrappers[] = {"module.", "_orig_mod."};
constexpr std::string_view kOuterModels[] = {"model.", "transformer.", "base_model.", "t5."};
constexpr const char* kSparseMark = ".mlp.router.classifier.weight";
// Left in old files of T5 v1.0 and never read (docs/routing.md 15).
constexpr const char* kStale = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight";

// Of tensors as files hold them: contiguous. Numbers that are none (NaN) are equal to themselves here.
bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type() &&
         std::memcmp(a.const_data_ptr(), b.const_data_ptr(), a.nbytes()) == 0;
}

// Whether every number is finite, that is, no exponent is all ones.
bool all_finite(const at::Tensor& value) {
  constexpr uint32_t kExponent = 0x7f800000;
  const auto* bits = static_cast<const uint32_t*>(value.const_data_ptr());
  std::atomic<bool> finite{true};
  split_work(0, value.numel(), 1 << 18, [&](int64_t begin, int64_t end) {
    uint32_t any = 0;
    for (int64_t i = begin; i < end; ++i) any |= (bits[i] & kExponent) == kExponent;
    if (any) finite = false;
  });
  return finite;
}

void refuse_not_finite(const at::Tensor& value, const std::string& name, const std::string& file) {
  if (all_finite(value)) return;
  const at::Tensor bad = at::isfinite(value).logical_not();
  const int64_t first = bad.reshape({-1}).nonzero()[0].item<int64_t>();
  fail_input("{}: tensor '{}' holds {} at element {} ({} of {} are not finite); expected finite numbers", file, name,
             value.reshape({-1})[first].item<float>(), first, bad.sum().item<int64_t>(), value.numel());
}

// One tensor over experts that lie one after the other in memory, else a copy.
at::Tensor stacked(const std::vector<at::Tensor>& experts) {
  const auto* first = static_cast<const std::byte*>(experts[0].const_data_ptr());
  bool adjacent = experts[0].nbytes() > 0;
  for (size_t e = 0; e < experts.size(); ++e) {
    adjacent = adjacent && experts[e].const_data_ptr() == first + e * experts[0].nbytes();
  }
  if (!adjacent) return at::stack(experts);
  std::vector<int64_t> shape = experts[0].sizes().vec();
  shape.insert(shape.begin(), static_cast<int64_t>(experts.size()));
  return at::from_blob(
      experts[0].mutable_data_ptr(), shape, [experts](void*) {}, experts[0].options());
}

template <class Map>
bool all_begin_with(const Map& by_name, std::string_view prefix) {
  return !by_name.empty() && std::all_of(by_name.begin(), by_name.end(),
                                         [prefix](const auto& entry) { return entry.first.starts_with(prefix); });
}

template <class Map>
void strip(Map& by_name, size_t count) {
  Map stripped;
  for (auto& [name, value] : by_name) stripped.emplace(name.substr(count), std::move(value));
  by_name = std::move(stripped);
}

}  // namespace

std::string expert_name(const std::string& stacked_name, int64_t expert) {
  const size_t place = stacked_name.find(kExperts) + std::string_view(kExperts).size();
  return fmt::format("{}expert_{}.{}", stacked_name.substr(0, place), expert, stacked_name.substr(place));
}

StoredWeights::StoredWeights(const std::filesystem::path& folder, ModelOptions& options)
    : folder_(folder), stored_(load_tensor_folder(folder)) {
  settle_names();
  expect_decoder();
  stored_.tensors.erase(kStale);
  settle_embedding();
  settle_head(options);
  const LogitScale usual = options.tied ? LogitScale::kAlways : LogitScale::kNever;
  if (options.logit_scale == usual) options.logit_scale = LogitScale::kByHead;
  if (options.moe.hugging_face() && options.moe.sparse_every == 0) settle_switch(options);
}

const std::string& StoredWeights::file_of(const std::string& name) const { return stored_.file_of.at(name); }

// A model that was saved inside of its wrapper (DistributedDataParallel, torch.compile) has the wrapper's name in front
// of all its tensors.
void StoredWeights::settle_names() {
  std::string stripped;
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view prefix : kWrappers) {
      if (!all_begin_with(stored_.tensors, prefix)) continue;
      strip(stored_.tensors, prefix.size());
      strip(stored_.file_of, prefix.size());
      stripped += prefix;
      found = true;
    }
  }
  if (!stripped.empty()) {
    log_info("{}: all names of tensors begin with '{}', as a wrapper saves them; read without it", folder_.string(),
             stripped);
  }
  for (const std::string_view prefix : kOuterModels) {
    if (!all_begin_with(stored_.tensors, prefix)) continue;
    fail_input(
        "{}: all names of tensors begin with '{}', as of a model inside of another one; expected T5's own names, such "
        "as "
        "'{}'. With transformers: save the inner model, model.{}save_pretrained('OUT')",
        folder_.string(), prefix, kEmbedding, prefix);
  }
}

void StoredWeights::expect_decoder() const {
  bool encoder = false, decoder = false;
  for (const auto& [name, value] : stored_.tensors) {
    encoder = encoder || name.starts_with("encoder.");
    decoder = decoder || name.starts_with("decoder.");
  }
  if (!encoder || decoder) return;
  fail_input(
      "{}: an encoder alone, {} tensors and none of a decoder; expected a whole T5 (T5ForConditionalGeneration), since "
      "flanmoe answers with a decoder",
      folder_.string(), stored_.tensors.size());
}

// The embedding may be stored under three names; they must be one tensor.
void StoredWeights::settle_embedding() {
  for (const char* alias : {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight"}) {
    const auto found = stored_.tensors.find(alias);
    if (found == stored_.tensors.end()) continue;
    const auto [shared, is_new] = stored_.tensors.try_emplace(kEmbedding, found->second);
    if (is_new) stored_.file_of[kEmbedding] = file_of(alias);
    if (!same_bits(shared->second, found->second)) {
      fail_input("{}: '{}' differs from '{}'; expected one embedding for encoder and decoder", file_of(alias), alias,
                 kEmbedding);
    }
    stored_.tensors.erase(alias);
  }
}

// The head is the embedding when it is absent or bit-equal, else a weight of its own.
void StoredWeights::settle_head(ModelOptions& options) {
  const char* other_name = "decoder.logits_dense.weight";  // of converters from T5X
  if (const auto other = stored_.tensors.find(other_name); other != stored_.tensors.end()) {
    const auto [named, is_new] = stored_.tensors.try_emplace(kHead, other->second);
    if (is_new) stored_.file_of[kHead] = file_of(other_name);
    if (!same_bits(named->second, other->second)) {
      fail_input("{}: '{}' differs from '{}'; expected one head", file_of(other_name), other_name, kHead);
    }
    stored_.tensors.erase(other);
  }
  const auto head = stored_.tensors.find(kHead);
  if (head == stored_.tensors.end()) {
    if (!options.tied) {
      fail_input("{}: 'tie_word_embeddings' is false but no tensor '{}' is stored; expected one, or true",
                 (folder_ / "config.json").string(), kHead);
    }
    return;
  }
  const auto shared = stored_.tensors.find(kEmbedding);
  const bool is_embedding = shared != stored_.tensors.end() && same_bits(head->second, shared->second);
  const bool scale_is_said = options.logit_scale != LogitScale::kByHead;
  if (is_embedding && !options.tied && !scale_is_said) {
    fail_input(
        "{}: 'tie_word_embeddings' is false but '{}' equals '{}', so that logits may be scaled or not; expected true, "
        "or another head",
        (folder_ / "config.json").string(), kHead, kEmbedding);
  }
  options.tied = is_embedding;
  if (is_embedding) stored_.tensors.erase(head);
}

// Published Switch configurations contradict their weights: the names of the tensors say which layers are sparse.
void StoredWeights::settle_switch(ModelOptions& options) {
  std::vector<int64_t> encoder, decoder;
  for (const auto& [name, value] : stored_.tensors) {
    if (name.ends_with(".wi_0.weight")) options.gated = true;
    if (!name.ends_with(kSparseMark)) continue;
    const bool in_encoder = name.starts_with("encoder.block.");
    if (!in_encoder && !name.starts_with("decoder.block.")) continue;  // not part of the model, and refused as such
    int64_t layer = -1;
    std::from_chars(name.data() + std::string_view("encoder.block.").size(), name.data() + name.size(), layer);
    (in_encoder ? encoder : decoder).push_back(layer);
  }
  std::sort(encoder.begin(), encoder.end());
  std::sort(decoder.begin(), decoder.end());
  options.moe.sparse_encoder_layers = encoder;
  options.moe.sparse_decoder_layers = decoder;
}

at::Tensor StoredWeights::take_one(const std::string& name, const std::vector<int64_t>& shape,
                                   const std::string& sizes) {
  const auto found = stored_.tensors.find(name);
  if (found == stored_.tensors.end()) {
    fail_input("{}: tensor '{}' is missing; expected shape [{}] ({})", folder_.string(), name, fmt::join(shape, ", "),
               sizes);
  }
  const at::Tensor value = found->second;
  if (value.sizes() != at::IntArrayRef(shape)) {
    fail_input("{}: tensor '{}' has shape [{}], expected [{}] ({} of config.json)", file_of(name), name,
               fmt::join(value.sizes(), ", "), fmt::join(shape, ", "), sizes);
  }
  if (!value.is_floating_point()) {
    fail_input("{}: tensor '{}' has type {}, expected F32, F16, BF16 or F64", file_of(name), name,
               dtype_name(value.scalar_type()));
  }
  stored_.tensors.erase(found);
  const at::Tensor converted = value.to(at::kFloat);
  refuse_not_finite(converted, name, file_of(name));
  return converted;
}

at::Tensor StoredWeights::take(const WeightSpec& spec) {
  if (!spec.place.per_expert()) return take_one(spec.name, spec.shape, spec.sizes);
  const std::vector<int64_t> shape(spec.shape.begin() + 1, spec.shape.end());
  std::vector<at::Tensor> experts;
  for (int64_t e = 0; e < spec.shape[0]; ++e) experts.push_back(take_one(expert_name(spec.name, e), shape, spec.sizes));
  return stacked(experts);
}

void StoredWeights::refuse_rest() const {
  if (stored_.tensors.empty()) return;
  const std::string& name = stored_.tensors.begin()->first;
  fail_input("{}: tensor '{}' is not part of the model that config.json describes ({} such tensors)", file_of(name),
             printable(name), stored_.tensors.size());
}

}  // namespace flanmoe
