// Messages of sentencepiece_model.proto that are written here, by field number: ModelProto: 1 pieces, 2 trainer_spec,
// 3 normalizer_spec. Piece: 1 piece, 2 score, 3 type. TrainerSpec: 3 model_type, 4 vocab_size, 35 byte_fallback, 40
// unk_id, 41 bos_id, 42 eos_id, 43 pad_id. NormalizerSpec: 1 name, 2 precompiled_charsmap.
#include "data/tokenizer/tokenizer_json.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "data/tokenizer/tokenizer.h"
#include "data/tokenizer/written_names.h"

namespace flanmoe {
namespace {

// ---- a protobuf message ----

class Message {
 public:
  void number(unsigned field, int64_t value) {
    varint(uint64_t{field} << 3);
    varint(static_cast<uint64_t>(value));
  }
  void real(unsigned field, float value) {
    varint(uint64_t{field} << 3 | 5);
    std::array<char, sizeof(value)> bytes;
    std::memcpy(bytes.data(), &value, sizeof(value));
    bytes_.append(bytes.data(), bytes.size());
  }
  void text(unsigned field, std::string_view value) {
    varint(uint64_t{field} << 3 | 2);
    varint(value.size());
    bytes_ += value;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

std::string from_base64(const std::string& text, const std::string& where) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int num_bits = 0;
  for (const char c : std::string_view(text).substr(0, text.find('='))) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) fail_input("{}: not in base 64", where);
    bits = bits << 6 | static_cast<uint32_t>(digit);
    num_bits += 6;
    if (num_bits < 8) continue;
    num_bits -= 8;
    bytes += static_cast<char>(bits >> num_bits & 0xff);
  }
  return bytes;
}

// ---- the parts of the file ----

const Json& part(const Json& json, const char* key) {
  static const Json kNone;
  return json.contains(key) ? json[key] : kNone;
}

// A step, or the steps of a sequence, whose list has the name `steps`.
std::vector<Json> steps_of(const Json& step, const char* steps, const std::string& where) {
  if (step.is_null()) return {};
  if (json_string(step, "type", where) != "Sequence") return {step};
  std::vector<Json> found;
  for (const Json& inner : json_at(step, steps, where)) {
    for (Json& one : steps_of(inner, steps, where)) found.push_back(std::move(one));
  }
  return found;
}

// The table of normalised characters; the other steps that there are do what SentencePiece does anyway.
std::string character_table(const Json& json, const std::string& file) {
  const std::string where = file + ": normalizer";
  std::string table;
  for (const Json& step : steps_of(part(json, "normalizer"), "normalizers", where)) {
    const std::string type = json_string(step, "type", where);
    if (type == "Precompiled") {
      table = from_base64(json_string(step, "precompiled_charsmap", where), where + ": 'precompiled_charsmap'");
    } else if (type == "Replace") {
      const Json& pattern = json_at(step, "pattern", where);
      const bool joins_spaces = pattern == Json{{"Regex", " {2,}"}};
      if (!joins_spaces)
        fail_input("{}: replaces {}, expected nothing but several spaces by one", where, json_excerpt(pattern));
    } else if (type != "Strip") {
      fail_input("{}: '{}' is no step of T5's; expected Precompiled, Strip or Replace", where, printable(type));
    }
  }
  return table;
}

// Whether every stretch between tokens begins a word. Words are cut at spaces in either case.
bool begins_every_stretch(const Json& json, const std::string& file) {
  const std::string where = file + ": pre_tokenizer";
  std::string scheme;
  for (const Json& step : steps_of(part(json, "pre_tokenizer"), "pretokenizers", where)) {
    const std::string type = json_string(step, "type", where);
    if (type == "Metaspace") {
      scheme = step.contains("prepend_scheme") ? json_string(step, "prepend_scheme", where) : "always";
    } else if (type != "WhitespaceSplit") {
      fail_input("{}: '{}' is no step of T5's; expected WhitespaceSplit and Metaspace", where, printable(type));
    }
  }
  if (scheme == "always" || scheme == "first") return scheme == "always";
  fail_input("{}: {}; expected Metaspace with 'prepend_scheme' always or first, as T5's", where,
             scheme.empty() ? "there is no Metaspace" : fmt::format("'prepend_scheme' is '{}'", printable(scheme)));
}

// T5's vocabulary ends with the sentinels, the first of them last.
size_t num_pieces_of(const Json& vocabulary, int64_t num_sentinels, const std::string& where) {
  int64_t found = 0;
  while (found < static_cast<int64_t>(vocabulary.size())) {
    const Json& entry = vocabulary[vocabulary.size() - 1 - static_cast<size_t>(found)];
    if (!entry.is_array() || entry.empty() || entry[0] != sentinel_name(found)) break;
    ++found;
  }
  if (found != num_sentinels) {
    fail_input(
        "{}: 'vocab' ends with {} sentinels (<extra_id_0> the last), expected {} ('extra_ids' of "
        "tokenizer_config.json; 100 where it is absent)",
        where, found, num_sentinels);
  }
  return vocabulary.size() - static_cast<size_t>(found);
}

std::string spiece_model_of(const Json& json, const std::string& file, int64_t num_sentinels) {
  enum Type { kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6 };
  constexpr int64_t kUnigram = 1, kNone = -1;
  const Json& model = json_at(json, "model", file);
  const std::string where = file + ": model";
  if (const std::string type = json_string(model, "type", where); type != "Unigram")
    fail_input("{}: 'type' is '{}', expected Unigram, T5's", where, printable(type));
  if (const int64_t unknown = json_int(model, "unk_id", where); unknown != kUnkId)
    fail_input("{}: 'unk_id' is {}, expected {}, T5's", where, unknown, kUnkId);
  const Json& vocabulary = json_at(model, "vocab", where);
  if (!vocabulary.is_array()) fail_input("{}: 'vocab' is no list of pieces with scores", where);
  const bool has_bytes = part(model, "byte_fallback") == true;
  begins_every_stretch(json, file);
  const size_t num_pieces = num_pieces_of(vocabulary, num_sentinels, where);
  Message spiece, trainer, normalizer;
  for (size_t id = 0; id < num_pieces; ++id) {
    const Json& entry = vocabulary[id];
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
      fail_input("{}: piece {} of 'vocab' is {}, expected a text with a score", where, id, json_excerpt(entry));
    const auto name = entry[0].get<std::string>();
    const bool is_byte = has_bytes && name.size() == 6 && name.starts_with("<0x");
    Message piece;
    piece.text(1, name);
    piece.real(2, entry[1].get<float>());
    piece.number(3, id == kUnkId ? kUnknown : id == kPadId || id == kEosId ? kControl : is_byte ? kByte : kNormal);
    spiece.text(1, piece.bytes());
  }
  trainer.number(3, kUnigram);
  trainer.number(4, static_cast<int64_t>(num_pieces));
  if (has_bytes) trainer.number(35, 1);
  trainer.number(40, kUnkId);
  trainer.number(41, kNone);
  trainer.number(42, kEosId);
  trainer.number(43, kPadId);
  normalizer.text(1, "of tokenizer.json");
  normalizer.text(2, character_table(json, file));
  spiece.text(2, trainer.bytes());
  spiece.text(3, normalizer.bytes());
  return spiece.bytes();
}

}  // namespace

std::string read_spiece_model(const std::filesystem::path& file, int64_t num_sentinels) {
  if (file.filename() != kTokenizerJson) return read_text(file);
  return spiece_model_of(read_json(file), file.string(), num_sentinels);
}

Json with_rules_of_tokenizer_json(Json config, const std::filesystem::path& file) {
  const Json json = read_json(file);
  config["legacy"] = begins_every_stretch(json, file.string());
  if (config.contains("added_tokens_decoder") && !config["added_tokens_decoder"].is_null()) return config;
  Json tokens = Json::object();
  for (const Json& token : part(json, "added_tokens"))
    tokens[std::to_string(json_int(token, "id", file.string() + ": added_tokens"))] = token;
  config["added_tokens_decoder"] = std::move(tokens);
  return config;
}

}  // namespace flanmoe
