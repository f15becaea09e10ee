// safetensors files: 8 bytes of header length, a JSON header, raw little-endian data. Strict: checked arithmetic,
// bounds before allocation, no overlap, no hole (reference/ecosystem 1.6). Folders of them are in tensor_folder.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"

namespace flanmoe {

struct NamedTensor {
  std::string name;
  at::Tensor value;
};

// What a header says of one tensor.
struct TensorEntry {
  std::string name;
  at::ScalarType type = at::kFloat;
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;  // bytes, from the start of the data

  static TensorEntry of(std::string name, at::ScalarType type, std::vector<int64_t> shape);  // offsets left at 0
  uint64_t num_bytes() const;  // of shape and type; UserError when it overflows
};

struct SafetensorsHeader {
  std::vector<TensorEntry> entries;  // in the order of their data, which they tile without hole or overlap
  uint64_t data_begin = 0;           // from the start of the file
};

// "BF16" and the like; RunError for a type that the format has no name for.
std::string dtype_name(at::ScalarType type);
// The type of such a name; UserError listing the known ones. `where` stands in the message.
at::ScalarType dtype_of(const std::string& name, const std::string& where);

// Checks the whole of a file's structure against its size; no tensor is touched. UserError naming `file` and the fault.
SafetensorsHeader parse_safetensors(std::span<const std::byte> bytes, const std::string& file);

// Every tensor, exact dtype and shape. They view a private mapping of the file (copied only where the file does not
// align them): writing into one does not reach the file. UserError naming the file and the fault.
std::vector<NamedTensor> load_safetensors(const std::filesystem::path& path);

// Writes a file tensor by tensor, in the order of the entries. Synced, not renamed: the caller makes the folder or file
// complete or absent (base/files.h). RunError when the disk is full.
class SafetensorsWriter {
 public:
  SafetensorsWriter(const std::filesystem::path& path, std::vector<TensorEntry> entries,
                    const std::map<std::string, std::string>& metadata = {{"format", "pt"}});
  void write(const at::Tensor& value);  // the next entry's, of its shape and type
  void finish();

 private:
  FileWriter file_;
  std::vector<TensorEntry> entries_;
  size_t next_ = 0;
};

// `tensors` in the order given.
void save_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace flanmoe
