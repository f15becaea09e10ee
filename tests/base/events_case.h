// TensorBoard's event files read by plain loops, straight from the definitions of their formats.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace flanmoe::cases {

// CRC32C one bit at a time, straight from its definition.
inline uint32_t plain_crc(const std::string& bytes) {
  uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
  }
  return ~crc;
}

inline uint32_t plain_mask(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

inline uint64_t little_endian(const std::string& bytes, size_t at, int count) {
  uint64_t value = 0;
  for (int i = count - 1; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}

// The records of a TFRecord file; checks every length and sum.
inline std::vector<std::string> records_of(const std::string& file) {
  std::vector<std::string> records;
  for (size_t at = 0; at < file.size();) {
    const uint64_t length = little_endian(file, at, 8);
    EXPECT_EQ(little_endian(file, at + 8, 4), plain_mask(plain_crc(file.substr(at, 8))));
    records.push_back(file.substr(at + 12, length));
    EXPECT_EQ(little_endian(file, at + 12 + length, 4), plain_mask(plain_crc(records.back())));
    at += 16 + length;
  }
  return records;
}

struct Field {
  uint64_t number = 0, value = 0;  // value: the bits of a varint or fixed field
  std::string bytes;
};

inline std::vector<Field> fields_of(const std::string& message) {
  std::vector<Field> fields;
  size_t at = 0;
  const auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(message.at(at++));
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.size()) {
    const uint64_t tag = varint();
    Field field{tag >> 3, 0, ""};
    switch (tag & 7) {
      case 0:
        field.value = varint();
        break;
      case 1:
        field.value = little_endian(message, at, 8), at += 8;
        break;
      case 5:
        field.value = little_endian(message, at, 4), at += 4;
        break;
      case 2: {
        const uint64_t length = varint();
        field.bytes = message.substr(at, length), at += length;
        break;
      }
      default:
        ADD_FAILURE() << "wire type " << (tag & 7);
    }
    fields.push_back(field);
  }
  return fields;
}

// What TensorBoard shows of a folder of event files: tag -> its steps, in the order they were written. As its reader
// does for files of version 2, a session start takes away what is there of its step and later ones.
inline std::map<std::string, std::vector<uint64_t>> shown_steps(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::map<std::string, std::vector<uint64_t>> shown;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    for (const std::string& record : records_of({std::istreambuf_iterator<char>(file), {}})) {
      uint64_t step = 0;
      for (const Field& field : fields_of(record)) {
        if (field.number == 2) step = field.value;
        if (field.number == 5) shown[fields_of(fields_of(field.bytes).at(0).bytes).at(0).bytes].push_back(step);
        if (field.number != 7 || fields_of(field.bytes).at(0).value != 1) continue;
        for (auto& [tag, steps] : shown) std::erase_if(steps, [step](uint64_t there) { return there >= step; });
      }
    }
  }
  return shown;
}

}  // namespace flanmoe::cases
