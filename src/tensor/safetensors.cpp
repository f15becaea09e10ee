#include "tensor/safetensors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <limits>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace flanmoe {
namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit

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

const char* dtype_name(at::ScalarType type) {
  for (const auto& dtype : kDtypes) {
    if (dtype.type == type) return dtype.name;
  }
  fail_run("a tensor of type {} cannot be written as safetensors", c10::toString(type));
}

at::ScalarType dtype_of(const std::string& name, const std::string& where) {
  for (const auto& dtype : kDtypes) {
    if (name == dtype.name) return dtype.type;
  }
  fail_input("{}: dtype is '{}', expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL", where, name);
}

// One tensor's place, checked against the data section.
struct Entry {
  std::string name;
  at::ScalarType type;
  std::vector<int64_t> shape;
  uint64_t begin, end;
};

// A size of 0 makes the tensor empty, but the strides of the other sizes must fit too.
uint64_t bytes_of(const std::vector<int64_t>& shape, at::ScalarType type, const std::string& where) {
  auto bytes = static_cast<int64_t>(c10::elementSize(type));
  bool is_empty = false;
  for (int64_t size : shape) {
    is_empty = is_empty || size == 0;
    if (__builtin_mul_overflow(bytes, std::max<int64_t>(size, 1), &bytes)) {
      fail_input("{}: the size of its shape overflows 63 bits", where);
    }
  }
  return is_empty ? 0 : static_cast<uint64_t>(bytes);
}

Entry parse_entry(const std::string& name, const Json& value, uint64_t data_bytes, const std::string& file) {
  const std::string where = fmt::format("{}: tensor '{}'", file, name);
  Entry entry{name, dtype_of(json_string(value, "dtype", where), where), {}, 0, 0};
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
  const uint64_t bytes = bytes_of(entry.shape, entry.type, where);
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

void check_tiling(std::vector<Entry> entries, uint64_t data_bytes, const std::string& file) {
  std::sort(entries.begin(), entries.end(),  // an empty tensor lies before the one that begins where it does
            [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  uint64_t covered = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != covered) fail_input("{}: tensor '{}' overlaps another or leaves a hole", file, entry.name);
    covered = entry.end;
  }
  if (covered != data_bytes) fail_input("{}: {} bytes after the last tensor", file, data_bytes - covered);
}

}  // namespace

void save_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::vector<at::Tensor> values;
  uint64_t offset = 0;
  for (const NamedTensor& tensor : tensors) {
    FLANMOE_ASSERT(!header.contains(tensor.name));
    values.push_back(tensor.value.detach().cpu().contiguous());
    const uint64_t bytes = values.back().nbytes();
    header[tensor.name] = {{"dtype", dtype_name(values.back().scalar_type())},
                           {"shape", values.back().sizes().vec()},
                           {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // data starts aligned to 8 bytes
  const uint64_t length = text.size();
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(&length), sizeof(length));
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  for (const at::Tensor& value : values) {
    out.write(static_cast<const char*>(value.const_data_ptr()), static_cast<std::streamsize>(value.nbytes()));
  }
  out.close();
  if (!out) fail_run("cannot write {}: {}", path.string(), std::strerror(errno));
  sync_path(path);
}

std::vector<NamedTensor> load_safetensors(const std::filesystem::path& path) {
  const MappedFile file(path);
  const auto bytes = file.bytes();
  const std::string name = path.string();
  uint64_t length = 0;
  if (bytes.size() < sizeof(length)) fail_input("{}: {} bytes, too short for a safetensors file", name, bytes.size());
  std::memcpy(&length, bytes.data(), sizeof(length));
  if (length > kMaxHeaderBytes || length > bytes.size() - sizeof(length)) {
    fail_input("{}: the header claims {} bytes, the file has {}; it is cut off or not safetensors", name, length,
               bytes.size());
  }
  const std::string text(reinterpret_cast<const char*>(bytes.data()) + sizeof(length), length);
  if (!text.starts_with('{')) fail_input("{}: the header does not begin with '{{'; it is not safetensors", name);
  const Json header = parse_json(text, name);
  const uint64_t data_bytes = bytes.size() - sizeof(length) - length;
  const std::byte* data = bytes.data() + sizeof(length) + length;
  std::vector<Entry> entries;
  for (const auto& [key, value] : header.items()) {
    if (key == "__metadata__") {
      check_metadata(value, name);
    } else {
      entries.push_back(parse_entry(key, value, data_bytes, name));
    }
  }
  check_tiling(entries, data_bytes, name);
  std::vector<NamedTensor> tensors;
  for (const Entry& entry : entries) {
    at::Tensor value = at::empty(entry.shape, at::TensorOptions(entry.type));
    if (entry.end > entry.begin) std::memcpy(value.mutable_data_ptr(), data + entry.begin, entry.end - entry.begin);
    tensors.push_back({entry.name, value});
  }
  return tensors;
}

}  // namespace flanmoe
