// How commands name models: folders, config.json files, presets of configs/model.
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>
#include <vector>

#include "model/options.h"

namespace flanmoe {

// Options of a model folder, a config.json, a preset by name or a YAML file, with `model.x=value` overrides on top (of
// presets and YAML files only); `moe.x=value` is `model.moe.x=value`.
ModelOptions options_of_model(const std::string& name, const std::vector<std::string>& overrides);

// The `model.moe` of a preset or YAML file, with overrides.
MoeOptions options_of_routing(const std::string& name, const std::vector<std::string>& overrides);

// "model.moe.k=2" as "moe.k=2".
std::vector<std::string> from_moe(std::vector<std::string> overrides);

// A model's routing with settings "moe.k=2" or "model.moe.k=2" on top.
MoeOptions with_settings(const MoeOptions& moe, const std::vector<std::string>& overrides);

// "float32", "bfloat16" or "float16"; UserError otherwise. "5GB", "200kB", "1000" as bytes; UserError otherwise.
at::ScalarType parse_dtype(const std::string& text);
uint64_t parse_bytes(const std::string& text);

// "1,234,567"
std::string grouped_digits(int64_t value);

}  // namespace flanmoe
