// libFuzzer target: any bytes as a safetensors file. They are refused with a UserError, or the tensors tile the data
// and have the bytes that their shapes need; anything else aborts.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>

#include "base/error.h"
#include "fuzz/check.h"
#include "fuzz/safetensors_mutator.h"
#include "tensor/safetensors_header.h"

using namespace flanmoe;

namespace {

constexpr size_t kLengthBytes = sizeof(uint64_t);

// Bytes of a tensor, computed otherwise than the reader does: sizes of 0 first, so that nothing can overflow silently.
unsigned __int128 bytes_of(const TensorEntry& entry) {
  if (std::find(entry.shape.begin(), entry.shape.end(), 0) != entry.shape.end()) return 0;
  unsigned __int128 bytes = c10::elementSize(entry.type);
  for (const int64_t size : entry.shape) {
    FUZZ_CHECK(size > 0);
    bytes *= static_cast<uint64_t>(size);
    FUZZ_CHECK(bytes <= uint64_t{INT64_MAX});
  }
  return bytes;
}

void check(const SafetensorsHeader& header, size_t num_bytes) {
  FUZZ_CHECK(header.data_begin >= kLengthBytes && header.data_begin <= num_bytes);
  uint64_t covered = 0;
  std::set<std::string> names;
  for (const TensorEntry& entry : header.entries) {
    FUZZ_CHECK(entry.begin == covered);
    FUZZ_CHECK(entry.end >= entry.begin);
    FUZZ_CHECK(bytes_of(entry) == entry.end - entry.begin);
    FUZZ_CHECK(entry.num_bytes() == entry.end - entry.begin);
    FUZZ_CHECK(dtype_of(dtype_name(entry.type), "") == entry.type);
    FUZZ_CHECK(names.insert(entry.name).second);
    covered = entry.end;
  }
  FUZZ_CHECK(covered == num_bytes - header.data_begin);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  try {
    check(parse_safetensors(bytes, "fuzzed"), size);
  } catch (const UserError& error) {
    check_message(error.what());
  }
  return 0;
}

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

// Bytes changed at random are almost always refused for the length of the header. So one case of eight changes bytes of
// the whole file, five bytes of the header, whose length is set again, and two change tensors.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  uint64_t length = 0;
  if (size >= kLengthBytes) std::memcpy(&length, data, kLengthBytes);
  if (seed % 8 == 0 || size < kLengthBytes || length > size - kLengthBytes || max_size < size) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  const char* text = reinterpret_cast<const char*>(data);
  SafetensorsParts parts{{text + kLengthBytes, length}, {text + kLengthBytes + length, size - kLengthBytes - length}};
  if (seed % 8 < 6) {
    parts.header.resize(max_size - kLengthBytes - parts.data.size());
    parts.header.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(parts.header.data()), length, parts.header.size()));
  } else {
    mutate_tensors(parts, seed, 96);
  }
  length = parts.header.size();
  const size_t new_size = kLengthBytes + length + parts.data.size();
  if (new_size > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, &length, kLengthBytes);
  std::memcpy(data + kLengthBytes, parts.header.data(), length);
  std::memcpy(data + kLengthBytes + length, parts.data.data(), parts.data.size());
  return new_size;
}
