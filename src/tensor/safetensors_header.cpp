#include "tensor/safetensors_header.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "base/json.h"

namespace flanmoe {
namespace {

struct DtypeName {
  at::ScalarType type;
  const char* name;
};
constexpr std::array<DtypeName, 10> kDtypes = {{{at::kDouble, "F64"},
                                                {at::kFloat, "F32"},
                                                {at::kHalf, "F16"},
                                                {at::kBFloat16, "BF16"},
                                                {at::kLong, "I64"},
                                                {at::kInt, "I32"},
                                                {at::kShort, "I16"},
                                                {at::kChar, "I8"},
                                                {at::kByte, "U8"},
                                                {at::kBool, "BOOL"}}};

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit

TensorEntry parse_entry(const std::string& name, const Json& value, uint64_t data_bytes, const std::string& file) {
  const std::string where = fmt::format("{}: tensor '{}'", file, printable(name));
  TensorEntry entry = TensorEntry::of(name, dtype_of(json_string(value, "dtype", where), where), {});
  const Json& shape = json_at(value, "shape", where);
  if (!shape.is_array()) fail_input("{}: shape is {}, expected a list of sizes", where, json_excerpt(shape));
  for (const Json& size : shape) {
    if (!size.is_number_unsigned()) fail_input("{}: shape holds {}, expected sizes >= 0", where, json_excerpt(size));
    entry.shape.push_back(size.get<int64_t>());
    if (entry.shape.back() < 0) fail_input("{}: shape holds {}, a size beyond 63 bits", where, json_excerpt(size));
  }
  const Json& offsets = json_at(value, "data_offsets", where);
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    fail_input("{}: data_offsets is {}, expected [begin, end]", where, json_excerpt(offsets));
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
  if (!metadata.is_object())
    fail_input("{}: __metadata__ is {}, expected an object of texts", file, json_excerpt(metadata));
  for (const auto& [key, value] : metadata.items()) {
    if (!value.is_string())
      fail_input("{}: __metadata__ '{}' is {}, expected a text", file, printable(key), json_excerpt(value));
  }
}

void sort_and_check_tiling(std::vector<TensorEntry>& entries, uint64_t data_bytes, const std::string& file) {
  // An empty tensor lies before the one that begins where it does.
  std::sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t covered = 0;
  for (const TensorEntry& entry : entries) {
    if (entry.begin != covered) {
      fail_input("{}: tensor '{}' begins at byte {} of the data, expected {}: it overlaps another or leaves a hole",
                 file, printable(entry.name), entry.begin, covered);
    }
    covered = entry.end;
  }
  if (covered != data_bytes)
    fail_input("{}: {} bytes after the last tensor, expected none", file, data_bytes - covered);
}

}  // namespace

TensorEntry TensorEntry::of(std::string name, at::ScalarType type, std::vector<int64_t> shape) {
  return {std::move(name), type, std::move(shape), 0, 0};
}

// A size of 0 makes the tensor empty, but the strides of the other sizes must fit too.
uint64_t TensorEntry::num_bytes() const {
  auto bytes = static_cast<int64_t>(c10::elementSize(type));
  bool is_empty = false;
  for (int64_t size : shape) {
    is_empty = is_empty || size == 0;
    if (__builtin_mul_overflow(bytes, std::max<int64_t>(size, 1), &bytes)) {
      fail_input("the size of its shape overflows 63 bits");
    }
  }
  return is_empty ? 0 : static_cast<uint64_t>(bytes);
}

std::string dtype_name(at::ScalarType type) {
  for (const auto& dtype : kDtypes) {
    if (dtype.type == type) return dtype.name;
  }
  fail_run("a tensor of type {} cannot be written as safetensors", c10::toString(type));
}

at::ScalarType dtype_of(const std::string& name, const std::string& where) {
  for (const auto& dtype : kDtypes) {
    if (name == dtype.name) return dtype.type;
  }
  fail_input("{}: dtype is '{}', expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL", where,
             printable(name));
}

SafetensorsHeader parse_safetensors(std::span<const std::byte> bytes, const std::string& file) {
  uint64_t length = 0;
  if (bytes.size() < sizeof(length)) fail_input("{}: {} bytes, too short for a safetensors file", file, bytes.size());
  std::memcpy(&length, bytes.data(), sizeof(length));
  const uint64_t room = bytes.size() - sizeof(length);
  if (length > room) {
    fail_input("{}: the header claims {} bytes, the file has {} after its first 8; it is cut off or not safetensors",
               file, length, room);
  }
  if (length > kMaxHeaderBytes)
    fail_input("{}: a header of {} bytes, expected at most {}", file, length, kMaxHeaderBytes);
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

}  // namespace flanmoe
