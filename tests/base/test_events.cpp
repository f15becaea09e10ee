#include "base/events.h"

#include <cstring>
#include <ctime>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

// CRC32C one bit at a time, straight from its definition.
uint32_t plain_crc(const std::string& bytes) {
  uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
  }
  return ~crc;
}

uint32_t plain_mask(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

uint64_t little_endian(const std::string& bytes, size_t at, int count) {
  uint64_t value = 0;
  for (int i = count - 1; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return value;
}

// The records of a TFRecord file; checks every length and sum.
std::vector<std::string> records_of(const std::string& file) {
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

std::vector<Field> fields_of(const std::string& message) {
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

template <class To, class From>
To same_bits(From from) {
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

TEST(Crc32c, HasItsKnownValues) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c("some text"), plain_crc("some text"));
}

class Events : public FolderTest {};

TEST_F(Events, AreReadBackByPlainLoops) {
  const fs::path logs = folder_ / "logs";
  {
    EventWriter writer(logs);
    writer.scalar("train/loss", 1, 2.5);
    writer.scalar("moe/encoder/L1/" + std::string(200, 'x'), 300, -0.125);
    writer.scalar("big", std::numeric_limits<int64_t>::max(), 1e30);
    writer.flush();
  }
  const fs::path path = std::filesystem::directory_iterator(logs)->path();
  EXPECT_EQ(path.filename().string().find("events.out.tfevents."), 0u);
  const auto records = records_of(content_of(path));
  ASSERT_EQ(records.size(), 4u);

  const auto version = fields_of(records[0]);
  EXPECT_EQ(version.at(1).number, 3u);
  EXPECT_EQ(version.at(1).bytes, "brain.Event:2");

  const std::vector<std::pair<std::string, float>> expected = {
      {"train/loss", 2.5f}, {"moe/encoder/L1/" + std::string(200, 'x'), -0.125f}, {"big", 1e30f}};
  const std::vector<uint64_t> steps = {1, 300, std::numeric_limits<int64_t>::max()};
  for (size_t i = 0; i < 3; ++i) {
    const auto event = fields_of(records[i + 1]);
    ASSERT_EQ(event.size(), 3u);
    EXPECT_EQ(event[0].number, 1u);
    EXPECT_NEAR(same_bits<double>(event[0].value), static_cast<double>(std::time(nullptr)), 60.0);
    EXPECT_EQ(event[1].number, 2u);
    EXPECT_EQ(event[1].value, steps[i]);
    EXPECT_EQ(event[2].number, 5u);
    const auto summary = fields_of(event[2].bytes);
    ASSERT_EQ(summary.size(), 1u);
    EXPECT_EQ(summary[0].number, 1u);
    const auto value = fields_of(summary[0].bytes);
    ASSERT_EQ(value.size(), 2u);
    EXPECT_EQ(value[0].number, 1u);
    EXPECT_EQ(value[0].bytes, expected[i].first);
    EXPECT_EQ(value[1].number, 2u);
    EXPECT_EQ(same_bits<float>(static_cast<uint32_t>(value[1].value)), expected[i].second);
  }
}

TEST_F(Events, WritersOfOneProcessHaveTheirOwnFiles) {
  EventWriter first(folder_), second(folder_);
  EXPECT_EQ(num_entries(), 2u);
}

TEST_F(Events, ReportAFolderThatCannotBeMade) {
  const fs::path file = put("file", "");
  EXPECT_EQ(message_of<RunError>([&] { EventWriter writer(file / "logs"); }),
            "cannot create folder " + (file / "logs").string() + ": Not a directory");
}

}  // namespace
}  // namespace flanmoe
