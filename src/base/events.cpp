// The four protobuf messages (Event, Summary, Summary.Value, SessionLog) hold eight fields in all; they are written by
// hand.
#include "base/events.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>
#include <optional>

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

constexpr const char* kNameBegin = "events.out.tfevents.";

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
constexpr int kSessionLog = 7;  // of Event
constexpr uint64_t kSessionLogKey = kSessionLog << 3 | kLength;

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

// Readers take the files in the order of their names.
std::string file_name() {
  static std::atomic<int> counter{0};
  std::array<char, 256> host = {};
  if (::gethostname(host.data(), host.size() - 1) != 0) std::strcpy(host.data(), "localhost");
  return fmt::format("{}{:010d}.{}.{:07d}.{:04d}", kNameBegin, static_cast<int64_t>(unix_seconds()), host.data(),
                     ::getpid(), counter++);
}

template <class T>
std::optional<T> taken(std::string_view& bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  bytes.remove_prefix(sizeof(T));
  return value;
}

std::optional<uint64_t> taken_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// The payload of the record in front; nothing when it is torn or damaged.
std::optional<std::string_view> taken_record(std::string_view& bytes) {
  const std::string_view length_bytes = bytes.substr(0, sizeof(uint64_t));
  const auto length = taken<uint64_t>(bytes);
  if (!length || taken<uint32_t>(bytes) != masked_crc(length_bytes) || *length > bytes.size()) return std::nullopt;
  const std::string_view payload = bytes.substr(0, *length);
  bytes.remove_prefix(*length);
  if (taken<uint32_t>(bytes) != masked_crc(payload)) return std::nullopt;
  return payload;
}

// The step that an Event has something to say of; 0 where it says nothing of one. We write time, step, then what
// happened.
std::optional<int64_t> step_of(std::string_view event) {
  while (!event.empty()) {
    const auto key = taken_varint(event);
    if (!key) return std::nullopt;
    if (*key == (2 << 3 | kVarint)) {
      const auto step = taken_varint(event);
      if (!step) return std::nullopt;
      // A session start names the step behind the last one; what is said of that may follow it.
      return taken_varint(event) == kSessionLogKey ? 0 : static_cast<int64_t>(*step);
    }
    if (*key != (1 << 3 | kFixed64)) return 0;
    if (!taken<uint64_t>(event)) return std::nullopt;
  }
  return 0;
}

// How much of a file of events is sound and says something of steps up to `done_steps`, which only grow in a file.
size_t kept_bytes(std::string_view file, int64_t done_steps) {
  std::string_view rest = file;
  for (size_t kept = 0;; kept = file.size() - rest.size()) {
    const auto event = taken_record(rest);
    const auto step = event ? step_of(*event) : std::nullopt;
    if (!step || *step > done_steps) return kept;
  }
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = ~uint32_t{0};
  for (const char byte : bytes) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

bool cut_events_after(const std::filesystem::path& folder, int64_t done_steps) {
  if (!fs::is_directory(folder)) return false;
  bool found = false;
  for (const fs::path& file : files_in(folder, "")) {
    if (!file.filename().string().starts_with(kNameBegin)) continue;
    found = true;
    const std::string bytes = read_text(file);
    if (const size_t kept = kept_bytes(bytes, done_steps); kept < bytes.size()) fs::resize_file(file, kept);
  }
  return found;
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

// TensorBoard's reader looks for SessionLog.START in files that say "brain.Event:2".
void EventWriter::session_start(int64_t step) {
  constexpr int kStatus = 1;
  constexpr int64_t kStart = 1;
  record(field(1, unix_seconds()) + field(2, step) + field(kSessionLog, field(kStatus, kStart)));
}

void EventWriter::sync() {
  flush();
  sync_path(path_);
  sync_path(path_.parent_path());
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
