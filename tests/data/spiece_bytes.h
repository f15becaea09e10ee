// Hand-made SentencePiece models: the bytes of their protobuf messages (field numbers in
// data/tokenizer/spiece_check.cpp).
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace flanmoe::spiece {

inline std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}
inline std::string number(int field, uint64_t value) {
  return varint(static_cast<uint64_t>(field) << 3) + varint(value);
}
inline std::string bytes(int field, const std::string& content) {
  return varint((static_cast<uint64_t>(field) << 3) | 2) + varint(content.size()) + content;
}
inline std::string word(uint32_t value) {  // little endian
  std::string four(4, '\0');
  std::memcpy(four.data(), &value, four.size());
  return four;
}
inline std::string score(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  return varint((2 << 3) | 5) + word(bits);
}

constexpr uint64_t kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4;

inline std::string piece(const std::string& text, uint64_t type) {
  return bytes(1, bytes(1, text) + score(-1.0F) + number(3, type));
}

struct Parts {
  std::string charsmap;                  // "" = none
  std::vector<std::string> whole_words;  // user-defined pieces
  bool trainer = true, normaliser = true;
};

// <pad>, </s>, <unk>, "▁", "a", "b" and the whole words.
inline std::string model(const Parts& parts = {}) {
  std::string result = piece("<pad>", kControl) + piece("</s>", kControl) + piece("<unk>", kUnknown);
  for (const char* text : {"▁", "a", "b"}) result += piece(text, kNormal);
  for (const std::string& text : parts.whole_words) result += piece(text, kUserDefined);
  const uint64_t none = ~uint64_t{0};  // -1
  if (parts.trainer)
    result += bytes(2, number(3, 1) + number(40, 2) + number(41, none) + number(42, 1) + number(43, 0));
  const std::string table = parts.charsmap.empty() ? "" : bytes(2, parts.charsmap);
  if (parts.normaliser) result += bytes(3, bytes(1, "test") + table);
  return result;
}

// ---- tables of normalised characters: a trie of 256 units and its texts ----
constexpr uint32_t kHasValue = 1U << 8, kValue = 1U << 31;
inline uint32_t leading_to(uint32_t from, uint32_t base, char label) {
  return ((from ^ base) << 10) | static_cast<unsigned char>(label);
}

inline std::string charsmap(const std::vector<uint32_t>& units, const std::string& texts) {
  std::string table = word(static_cast<uint32_t>(4 * units.size()));
  for (const uint32_t unit : units) table += word(unit);
  return table + texts;
}

// The rule "a" -> "b": the root's children stand at 1 ^ label, the value of "a" at place 2.
constexpr uint32_t kRootBase = 1, kUnitOfA = kRootBase ^ 'a', kPlaceOfValue = 2;
inline std::vector<uint32_t> trie_of_one_rule() {
  std::vector<uint32_t> units(256, kValue);
  units[0] = leading_to(0, kRootBase, 0);
  units[kUnitOfA] = leading_to(kUnitOfA, kPlaceOfValue, 'a') | kHasValue;
  return units;
}

}  // namespace flanmoe::spiece
