// The model cases of the golden folder: every folder that holds golden.safetensors.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "golden_folder.h"
#include "tensor/safetensors.h"

namespace flanmoe::golden {

using Tensors = std::map<std::string, at::Tensor>;

inline std::filesystem::path root() { return golden_folder(); }

inline std::vector<std::string> model_cases() {
  std::vector<std::string> names;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(root(), absent)) {
    if (std::filesystem::exists(entry.path() / "golden.safetensors")) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline Tensors tensors(const std::string& name) {
  Tensors result;
  for (NamedTensor& tensor : load_safetensors(root() / name / "golden.safetensors")) {
    result[tensor.name] = std::move(tensor.value);
  }
  return result;
}

// max |a - b| over the largest |b|.
inline double relative_gap(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor mine = a.detach().to(at::kDouble), theirs = b.to(at::kDouble);
  if (mine.sizes() != theirs.sizes()) return INFINITY;
  return (mine - theirs).abs().max().item<double>() / std::max(1e-3, theirs.abs().max().item<double>());
}

// The rows of a tensor of ids without what pads them.
inline std::vector<std::vector<int32_t>> rows_of(const at::Tensor& ids) {
  std::vector<std::vector<int32_t>> rows(static_cast<size_t>(ids.size(0)));
  for (int64_t b = 0; b < ids.size(0); ++b) {
    for (int64_t i = 0; i < ids.size(1); ++i) {
      const int64_t id = ids[b][i].item<int64_t>();
      if (id > 0) rows[static_cast<size_t>(b)].push_back(static_cast<int32_t>(id));
    }
  }
  return rows;
}

inline std::string case_name(const ::testing::TestParamInfo<std::string>& name) {
  std::string result = name.param;
  for (char& c : result) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return result;
}

}  // namespace flanmoe::golden
