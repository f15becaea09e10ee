// What a safetensors file is: 8 bytes of header length, a JSON header, raw little-endian data. Strict: checked
// arithmetic, bounds before allocation, no overlap, no hole, as the format says. Needs no torch but the names
// of its types, so that the fuzzer (tests/fuzz) is built in seconds.
#pragma once

#include <c10/core/ScalarType.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace flanmoe {

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

}  // namespace flanmoe
