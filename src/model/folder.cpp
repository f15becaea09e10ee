#include "model/folder.h"

#include <ATen/ATen.h>

#include "base/error.h"
#include "base/files.h"
#include "base/foreign_keys.h"
#include "base/json.h"
#include "model/config_json.h"
#include "model/manifest.h"
#include "model/parameter.h"
#include "model/stored_weights.h"
#include "tensor/tensor_folder.h"

namespace flanmoe {
namespace {

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

ModelOptions read_options(const std::filesystem::path& config_file) {
  return options_from_config(read_settings(config_file), config_file.string());
}

// The tensors of a parameter in a file: one per expert.
std::vector<TensorEntry> entries_of(const WeightSpec& spec, at::ScalarType dtype) {
  if (!spec.place.per_expert()) return {TensorEntry::of(spec.name, dtype, spec.shape)};
  std::vector<TensorEntry> entries;
  const std::vector<int64_t> shape(spec.shape.begin() + 1, spec.shape.end());
  for (int64_t e = 0; e < spec.shape[0]; ++e) {
    entries.push_back(TensorEntry::of(expert_name(spec.name, e), dtype, shape));
  }
  return entries;
}

}  // namespace

void write_model(const ModelOptions& options, const WeightSource& source, const std::filesystem::path& folder,
                 const SaveOptions& save) {
  Json config = config_of(options);
  config["dtype"] = save.dtype == at::kFloat ? "float32" : save.dtype == at::kBFloat16 ? "bfloat16" : "float16";
  write_json(folder / "config.json", config);
  const std::vector<WeightSpec> specs = weight_specs(options);
  std::vector<TensorEntry> entries;
  for (const WeightSpec& spec : specs) {
    const auto of_spec = entries_of(spec, save.dtype);
    entries.insert(entries.end(), of_spec.begin(), of_spec.end());
  }
  TensorFolderWriter writer(folder, std::move(entries), save.max_shard_bytes);
  for (const WeightSpec& spec : specs) {
    const at::Tensor value = source(spec).detach().to(save.dtype);
    if (!spec.place.per_expert()) writer.write(value);
    for (int64_t e = 0; spec.place.per_expert() && e < spec.shape[0]; ++e) writer.write(value.select(0, e));
  }
  writer.finish();
  write_json(folder / "generation_config.json",
             {{"pad_token_id", 0}, {"eos_token_id", 1}, {"decoder_start_token_id", 0}});
}

void save_model(const T5Model& model, const std::filesystem::path& folder, const SaveOptions& save) {
  size_t next = 0;  // parameters lie in the order of the specs
  const auto source = [&](const WeightSpec& spec) {
    const Parameter& parameter = model.parameters().at(next++);
    FLANMOE_ASSERT(parameter.name == spec.name);
    return parameter.value;
  };
  write_model(model.options(), source, folder, save);
}

T5Model load_model(const std::filesystem::path& folder) {
  check_manifest(folder);
  return load_checked_model(folder);
}

T5Model load_checked_model(const std::filesystem::path& folder) {
  if (!is_folder(folder)) fail_input("{}: no such model folder", folder.string());
  ModelOptions options = read_options(folder / "config.json");
  StoredWeights stored(folder, options);
  T5Model model(options, [&stored](const WeightSpec& spec) { return stored.take(spec); });
  stored.refuse_rest();
  return model;
}

ModelOptions load_model_options(const std::filesystem::path& folder_or_config) {
  return read_options(is_folder(folder_or_config) ? folder_or_config / "config.json" : folder_or_config);
}

}  // namespace flanmoe
