// The three protobuf messages (Event, Summary, Summary.Value) hold six fields in all; they are written by hand.
#include "base/events.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {
namespace {

constexpr std::array<uint32_t, 256> make_crc_table() {
  constexpr uint32_t kCastagnoli = 0x82f63b78;  // bits reversed
  std::array<uint32_t, 256> table = {};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kCastagnoli : 0);
    table[byte] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kCrcTable = make_crc_table();

// TFRecord files store this instead of the plain CRC, so that a CRC over stored CRCs keeps its strength.
uint32_t masked_crc(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8; }

template <class T>
std::string little_endian(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
  return bytes + static_cast<char>(value);
}

enum WireType { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

std::string tag(int number, WireType type) { return varint(static_cast<uint64_t>(number << 3 | type)); }
std::string field(int number, std::string_view bytes) {
  return tag(number, kLength) + varint(bytes.size()) + std::string(bytes);
}
std::string field(int number, double value) { return tag(number, kFixed64) + little_endian(value); }
std::string field(int number, float value) { return tag(number, kFixed32) + little_endian(value); }
std::string field(int number, int64_t value) { return tag(number, kVarint) + varint(static_cast<uint64_t>(value)); }

double unix_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string file_name() {
  static std::atomic<int> counter{0};
  std::array<char, 256> host = {};
  if (::gethostname(host.data(), host.size() - 1) != 0) std::strcpy(host.data(), "localhost");
  return fmt::format("events.out.tfevents.{:010d}.{}.{}.{}", static_cast<int64_t>(unix_seconds()), host.data(),
                     ::getpid(), counter++);
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = ~uint32_t{0};
  for (const char byte : bytes) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

EventWriter::EventWriter(const std::filesystem::path& folder) : path_(folder / file_name()) {
  make_folders(folder);
  file_.open(path_, std::ios::binary);
  record(field(1, unix_seconds()) + field(3, "brain.Event:2"));
  flush();
}

void EventWriter::scalar(const std::string& name, int64_t step, double value) {
  const std::string entry = field(1, name) + field(2, static_cast<float>(value));
  record(field(1, unix_seconds()) + field(2, step) + field(5, field(1, entry)));
}

void EventWriter::flush() {
  file_.flush();
  if (!file_) fail_run("cannot write {}: the disk is full or the folder cannot be written", path_.string());
}

void EventWriter::record(const std::string& payload) {
  const std::string length = little_endian(uint64_t{payload.size()});
  file_ << length << little_endian(masked_crc(length)) << payload << little_endian(masked_crc(payload));
}

}  // namespace flanmoe
