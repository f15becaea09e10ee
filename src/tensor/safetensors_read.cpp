#include <ATen/ATen.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "tensor/safetensors.h"

namespace flanmoe {
namespace {

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

std::vector<NamedTensor> load_safetensors(const std::filesystem::path& path) {
  const auto file = std::make_shared<MappedFile>(path);
  const SafetensorsHeader header = parse_safetensors(file->bytes(), path.string());
  std::vector<NamedTensor> tensors;
  for (const TensorEntry& entry : header.entries) {
    tensors.push_back({entry.name, tensor_of(entry, file, header.data_begin)});
  }
  return tensors;
}

void forget_pages(const at::Tensor& value) {
  // Only views (at::from_blob) cannot be resized, and all views here are of files. Inference tensors count no writes.
  const bool on_file = !value.storage().resizable() && value.is_contiguous();
  if (!on_file || value.is_inference() || value._version() != 0) return;
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(value.const_data_ptr());
  const uintptr_t first = (begin + page - 1) / page * page, last = (begin + value.nbytes()) / page * page;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);  // advice: may be refused
}

}  // namespace flanmoe
