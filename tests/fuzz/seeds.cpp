// Writes the first inputs of the fuzz targets with our own writers. Usage: fuzz_seeds FOLDER
#include <ATen/ATen.h>

#include <cstdio>

#include "base/json.h"
#include "fuzz/row_seeds.h"
#include "model/config_json.h"
#include "model/tiny.h"
#include "tensor/safetensors.h"

namespace flanmoe {
namespace {

const std::vector<at::ScalarType> kTypes = {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong,
                                            at::kInt,    at::kShort, at::kChar, at::kByte,     at::kBool};

void write_safetensors_seeds(const fs::path& folder) {
  make_folders(folder);
  std::vector<NamedTensor> many;
  for (const at::ScalarType type : kTypes) {
    many.push_back({dtype_name(type), at::ones({1, 2}, type)});
    save_safetensors(folder / many.back().name, {many.back()});
  }
  many.resize(6);  // an input has 512 bytes at most
  save_safetensors(folder / "many", many);
  save_safetensors(folder / "none", {});
  save_safetensors(folder / "scalar", {{"s", at::scalar_tensor(2.5)}}, {{"format", "pt"}});
  save_safetensors(folder / "empty", {{"e", at::zeros({0, 7})}, {"f", at::zeros({3, 0})}, {"x", at::ones({1})}});
  save_safetensors(folder / "metadata", {}, {{"format", "pt"}, {"a name \"with\" \\ \u00e9", "\n"}});
}

ModelOptions switch_options() {
  ModelOptions options = tiny::options("switch");
  options.moe.expert_capacity = 7;
  return options;
}

void write_config_seeds(const fs::path& folder) {
  make_folders(folder);
  for (const std::string& arm : tiny::arms()) write_json(folder / arm, config_of(tiny::options(arm)));
  write_json(folder / "switch_transformers", config_of(switch_options()));
  ModelOptions gated = switch_options();
  gated.gated = true;
  write_json(folder / "gated_switch", config_of(gated));
}

}  // namespace
}  // namespace flanmoe

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  flanmoe::write_safetensors_seeds(folder / "safetensors");
  flanmoe::write_config_seeds(folder / "config");
  flanmoe::write_row_seeds(folder);
}
