#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/json.h"
#include "tensor/safetensors.h"

namespace flanmoe {
namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit

TensorEntry parse_entry(const std::string& name, const Json& value, uint64_t data_bytes, const std::string& file) {
  const std::string where = fmt::format("{}: tensor '{}'", file, name);
  TensorEntry entry = TensorEntry::of(name, dtype_of(json_string(value, "dtype", where), where), {});
  const Json& shape = json_at(value, "shape", where);
  if (!shape.is_array()) fail_input("{}: shape is {}, expected a list of sizes", where, shape.dump());
  for (const Json& size : shape) {
    if (!size.is_number_unsigned()) fail_input("{}: shape holds {}, expected sizes >= 0", where, size.dump());
    entry.shape.push_back(size.get<int64_t>());
    if (entry.shape.back() < 0) fail_input("{}: a size is beyond 63 bits", where);
  }
  const Json& offsets = json_at(value, "data_offsets", where);
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    fail_input("{}: data_offsets is {}, expected [begin, end]", where, offsets.dump());
  }
  entry.begin = offsets[0].get<uint64_t>();
  entry.end = offsets[1].get<uint64_t>();
  if (entry.begin > entry.end || entry.end > data_bytes) {
    fail_input("{}: data_offsets [{}, {}] do not lie in the {} bytes of data", where, entry.begin, entry.end,
               data_bytes);
  }
  uint64_t bytes = 0;
  try {
    bytes = entry.num_bytes();
  } catch (const UserError& error) {
    fail_input("{}: {}", where, error.what());
  }
  if (bytes != entry.end - entry.begin) {
    fail_input("{}: data_offsets span {} bytes, its shape and dtype need {}", where, entry.end - entry.begin, bytes);
  }
  return entry;
}

void check_metadata(const Json& metadata, const std::string& file) {
  if (!metadata.is_object()) fail_input("{}: __metadata__ is {}, expected an object of texts", file, metadata.dump());
  for (const auto& [key, value] : metadata.items()) {
    if (!value.is_string()) fail_input("{}: __metadata__ '{}' is {}, expected a text", file, key, value.dump());
  }
}

void sort_and_check_tiling(std::vector<TensorEntry>& entries, uint64_t data_bytes, const std::string& file) {
  // An empty tensor lies before the one that begins where it does.
  std::sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t covered = 0;
  for (const TensorEntry& entry : entries) {
    if (entry.begin != covered) fail_input("{}: tensor '{}' overlaps another or leaves a hole", file, entry.name);
    covered = entry.end;
  }
  if (covered != data_bytes) fail_input("{}: {} bytes after the last tensor", file, data_bytes - covered);
}

// A tensor on the mapping, which it keeps alive; a copy when the file does not align it.
at::Tensor tensor_of(const TensorEntry& entry, const std::shared_ptr<MappedFile>& file, uint64_t data_begin) {
  std::byte* place = file->data() + data_begin + entry.begin;
  const at::TensorOptions options(entry.type);
  const bool aligned = reinterpret_cast<uintptr_t>(place) % c10::elementSize(entry.type) == 0;
  if (aligned && entry.end > entry.begin)
    return at::from_blob(
        place, entry.shape, [file](void*) {}, options);
  at::Tensor copy = at::empty(entry.shape, options);
  if (entry.end > entry.begin) std::memcpy(copy.mutable_data_ptr(), place, entry.end - entry.begin);
  return copy;
}

}  // namespace

SafetensorsHeader parse_safetensors(std::span<const std::byte> bytes, const std::string& file) {
  uint64_t length = 0;
  if (bytes.size() < sizeof(length)) fail_input("{}: {} bytes, too short for a safetensors file", file, bytes.size());
  std::memcpy(&length, bytes.data(), sizeof(length));
  if (length > kMaxHeaderBytes || length > bytes.size() - sizeof(length)) {
    fail_input("{}: the header claims {} bytes, the file has {}; it is cut off or not safetensors", file, length,
               bytes.size());
  }
  const std::string text(reinterpret_cast<const char*>(bytes.data()) + sizeof(length), length);
  if (!text.starts_with('{')) fail_input("{}: the header does not begin with '{{'; it is not safetensors", file);
  const Json json = parse_json(text, file);
  SafetensorsHeader header;
  header.data_begin = sizeof(length) + length;
  const uint64_t data_bytes = bytes.size() - header.data_begin;
  for (const auto& [key, value] : json.items()) {
    if (key == "__metadata__") {
      check_metadata(value, file);
    } else {
      header.entries.push_back(parse_entry(key, value, data_bytes, file));
    }
  }
  sort_and_check_tiling(header.entries, data_bytes, file);
  return header;
}

std::vector<NamedTensor> load_safetensors(const std::filesystem::path& path) {
  const auto file = std::make_shared<MappedFile>(path);
  const SafetensorsHeader header = parse_safetensors(file->bytes(), path.string());
  std::vector<NamedTensor> tensors;
  for (const TensorEntry& entry : header.entries) {
    tensors.push_back({entry.name, tensor_of(entry, file, header.data_begin)});
  }
  return tensors;
}

}  // namespace flanmoe
