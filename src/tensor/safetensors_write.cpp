#include <ATen/ATen.h>

#include "base/error.h"
#include "base/json.h"
#include "tensor/safetensors.h"

namespace flanmoe {
namespace {

constexpr size_t kDataAlignment = 64;  // of the data in our files, so that mapped tensors suit the widest loads

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
