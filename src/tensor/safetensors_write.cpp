// What safetensors files are made of, and writing them.
#include <ATen/ATen.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/json.h"
#include "tensor/safetensors.h"

namespace flanmoe {
namespace {

constexpr size_t kDataAlignment = 64;  // of the data in our files, so that mapped tensors suit the widest loads

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

std::string header_text(std::vector<TensorEntry>& entries, const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t offset = 0;
  for (TensorEntry& entry : entries) {
    FLANMOE_ASSERT(!header.contains(entry.name));
    entry.begin = offset;
    entry.end = offset += entry.num_bytes();
    header[entry.name] = {
        {"dtype", dtype_name(entry.type)}, {"shape", entry.shape}, {"data_offsets", {entry.begin, entry.end}}};
  }
  std::string text = header.dump();
  const size_t whole = sizeof(uint64_t) + text.size();
  text.append((kDataAlignment - whole % kDataAlignment) % kDataAlignment, ' ');
  return text;
}

std::string_view bytes_of(const at::Tensor& contiguous) {
  return {static_cast<const char*>(contiguous.const_data_ptr()), contiguous.nbytes()};
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
  fail_input("{}: dtype is '{}', expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL", where, name);
}

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path, std::vector<TensorEntry> entries,
                                     const std::map<std::string, std::string>& metadata)
    : file_(path), entries_(std::move(entries)) {
  const std::string text = header_text(entries_, metadata);
  const uint64_t length = text.size();
  file_.write({reinterpret_cast<const char*>(&length), sizeof(length)});
  file_.write(text);
}

void SafetensorsWriter::write(const at::Tensor& value) {
  const TensorEntry& entry = entries_.at(next_++);
  const at::Tensor contiguous = value.detach().cpu().contiguous();
  FLANMOE_ASSERT(contiguous.scalar_type() == entry.type && contiguous.sizes() == at::IntArrayRef(entry.shape));
  file_.write(bytes_of(contiguous));
}

void SafetensorsWriter::finish() {
  FLANMOE_ASSERT(next_ == entries_.size());
  file_.finish();
}

void save_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  std::vector<TensorEntry> entries;
  for (const NamedTensor& tensor : tensors) {
    entries.push_back(TensorEntry::of(tensor.name, tensor.value.scalar_type(), tensor.value.sizes().vec()));
  }
  SafetensorsWriter writer(path, std::move(entries), metadata);
  for (const NamedTensor& tensor : tensors) writer.write(tensor.value);
  writer.finish();
}

}  // namespace flanmoe
