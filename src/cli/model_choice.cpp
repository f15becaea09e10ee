#include "cli/model_choice.h"

#include <charconv>

#include "base/error.h"
#include "base/files.h"
#include "base/presets.h"
#include "cli/command.h"
#include "model/folder.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

// "moe.k=2" as "model.moe.k=2", which presets say.
std::vector<std::string> from_model(std::vector<std::string> overrides) {
  for (std::string& text : overrides) {
    if (text.starts_with("moe.")) text = "model." + text;
  }
  return overrides;
}

struct MoeSection {
  MoeOptions moe;
  void fields(FieldVisitor& v) { v.section("moe", moe, "the sparse layers"); }
};

struct ModelSection {
  ModelOptions model;
  void fields(FieldVisitor& v) { v.section("model", model, "the model"); }
};

ModelOptions preset_options(const std::string& name, const std::vector<std::string>& overrides) {
  ModelSection section;
  load_options(with_overrides(load_config(find_preset("model", name)), from_model(overrides)), section);
  return section.model;
}

}  // namespace

ModelOptions options_of_model(const std::string& name, const std::vector<std::string>& overrides) {
  if (name.find('/') != std::string::npos && !fs::exists(name)) {
    fail_input("{}: no such model folder, config.json or YAML file", name);
  }
  const bool stored = fs::is_directory(name) || fs::path(name).extension() == ".json";
  if (!stored) return preset_options(name, overrides);
  if (!overrides.empty()) {
    fail_input("'{}' cannot be set on {}, which is as it is stored; expected a preset with overrides", overrides[0],
               name);
  }
  return load_model_options(model_folder(name));
}

MoeOptions options_of_routing(const std::string& name, const std::vector<std::string>& overrides) {
  const MoeOptions moe = preset_options(name, overrides).moe;
  if (moe.num_experts == 0) fail_input("'{}' has no experts; expected a routing such as switch or gshard", name);
  return moe;
}

std::vector<std::string> from_moe(std::vector<std::string> overrides) {
  constexpr std::string_view kModel = "model.";
  for (std::string& text : overrides) {
    if (text.starts_with("model.moe.")) text.erase(0, kModel.size());
  }
  return overrides;
}

MoeOptions with_settings(const MoeOptions& moe, const std::vector<std::string>& overrides) {
  MoeSection section{moe};
  load_options(with_overrides(ConfigNode(), from_moe(overrides)), section);
  return section.moe;
}

at::ScalarType parse_dtype(const std::string& text) {
  if (text == "float32") return at::kFloat;
  if (text == "bfloat16") return at::kBFloat16;
  if (text == "float16") return at::kHalf;
  fail_input("--dtype is '{}', expected float32, bfloat16 or float16", text);
}

uint64_t parse_bytes(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, text.data() + text.size());
  const std::map<std::string, uint64_t> units = {{"", 1},      {"B", 1},        {"kB", 1000},
                                                 {"KB", 1000}, {"MB", 1000000}, {"GB", 1000000000}};
  uint64_t bytes = 0;
  if (error != std::errc() || !units.contains(unit) || __builtin_mul_overflow(number, units.at(unit), &bytes)) {
    fail_input("--max-shard is '{}', expected a size such as 5GB, 200kB or 0 for one file", text);
  }
  return bytes;
}

std::string grouped_digits(int64_t value) {
  std::string text = std::to_string(value);
  for (auto at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

}  // namespace flanmoe
