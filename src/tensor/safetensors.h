// safetensors files: 8 bytes of header length, a JSON header, raw little-endian data. Strict: checked arithmetic,
// bounds before allocation, no overlap, no hole (reference/ecosystem 1.6).
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace flanmoe {

struct NamedTensor {
  std::string name;
  at::Tensor value;
};

// Writes `tensors` in the order given (each contiguous on the CPU after a copy if need be). Synced, not renamed: the
// caller makes the folder or file complete or absent (base/files.h). RunError when the disk is full.
void save_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

// Every tensor, exact dtype and shape, as copies. UserError naming the file and the fault.
std::vector<NamedTensor> load_safetensors(const std::filesystem::path& path);

}  // namespace flanmoe
