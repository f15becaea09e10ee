// The messages of sentencepiece_model.proto that are read here, by field number:
// ModelProto: 1 pieces, 2 trainer_spec, 3 normalizer_spec, 5 denormalizer_spec. Piece: 1 piece, 2 score, 3 type (1 =
// normal, 4 = user-defined). TrainerSpec: 3 model_type, 24 treat_whitespace_as_suffix. NormalizerSpec: 2
// precompiled_charsmap, 3 add_dummy_prefix, 4 remove_extra_whitespaces, 5 escape_whitespaces (three that are true when
// they are not there).
#include "data/tokenizer/spiece_check.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/error.h"

namespace flanmoe {
namespace {

struct Field {
  uint64_t number = 0, value = 0;
  std::string_view bytes;
};

// Splits a protobuf message into its fields.
class Message {
 public:
  Message(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  bool done() const { return bytes_.empty(); }

  Field next() {
    constexpr uint64_t kVarint = 0, kEight = 1, kBytes = 2, kFour = 5;
    const uint64_t tag = varint();
    Field field{tag >> 3, 0, {}};
    const uint64_t type = tag & 7;
    if (field.number == 0) fail();
    if (type == kVarint) {
      field.value = varint();
    } else if (type == kEight || type == kFour) {
      field.bytes = take(type == kEight ? 8 : 4);
    } else if (type == kBytes) {
      field.bytes = take(varint());
    } else {
      fail();
    }
    return field;
  }

 private:
  [[noreturn]] void fail() const {
    fail_input("{}: not a SentencePiece model, or cut short or damaged ({} bytes from its end)", file_, bytes_.size());
  }

  uint64_t varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail();
  }

  std::string_view take(uint64_t size) {
    if (size > bytes_.size()) fail();
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view bytes_;
  const std::string& file_;
};

// A table of normalised characters: its size in four bytes, a double-array trie (Darts) of as many bytes, texts that
// end with a zero byte. A unit of the trie: bits 0-7 label, 8 "has a value", 9 "the offset is shifted", 10-30 offset;
// or, with bit 31, a value, the place of a text.
class CharacterTable {
 public:
  CharacterTable(std::string_view blob, const std::string& file) : file_(file) {
    uint32_t trie_size = 0;
    if (blob.size() < sizeof(trie_size)) fail(fmt::format("has {} bytes, expected 4 or more", blob.size()));
    std::memcpy(&trie_size, blob.data(), sizeof(trie_size));
    blob.remove_prefix(sizeof(trie_size));
    if (trie_size > blob.size() || trie_size % kBlockBytes != 0 || trie_size == 0) {
      fail(fmt::format("has a trie of {} bytes, expected blocks of {} within its {}", trie_size, kBlockBytes,
                       blob.size()));
    }
    units_.resize(trie_size / sizeof(uint32_t));
    std::memcpy(units_.data(), blob.data(), trie_size);
    texts_ = blob.substr(trie_size);
    if (texts_.empty() || texts_.back() != '\0') fail("ends in the middle of a text");
    values_below_.assign(units_.size(), kUnknown);
  }

  // Walks every path of the trie. Paths may join, but not return. Whether every key that holds a space or a line end is
  // that character alone.
  bool check() {
    const size_t root = offset(0);
    bool spaces_stand_alone = true;
    std::vector<Visit> path;
    enter(root, path);
    while (!path.empty()) {
      Visit& visit = path.back();
      if (visit.label == kBlock) {
        values_below_[visit.base] = visit.most;
        path.pop_back();
        continue;
      }
      const size_t label = visit.label++, child = visit.base ^ label;
      if ((units_[child] & kLabelMask) != label) continue;
      if (is_space(label) && (visit.base != root || has_children(child))) spaces_stand_alone = false;
      follow(child, path);
    }
    return spaces_stand_alone;
  }

 private:
  static constexpr size_t kBlock = 256, kBlockBytes = kBlock * sizeof(uint32_t);
  static constexpr uint32_t kValueBit = uint32_t{1} << 31, kLabelMask = kValueBit | 0xff;
  static constexpr int kUnknown = -1, kOnThePath = -2;
  static constexpr int kMostValues = 32;  // the library keeps as many matches of one place

  // The children of a unit stand at base ^ label.
  struct Visit {
    size_t base, label;
    int most;  // values on the richest path below
  };

  [[noreturn]] void fail(std::string_view reason) const {
    fail_input("{}: the SentencePiece model is damaged or made to do harm: its table of normalised characters {}",
               file_, reason);
  }

  static bool is_space(size_t label) { return label == ' ' || label == '\n' || label == '\t'; }

  bool has_children(size_t unit) const {
    const size_t base = offset(unit);
    if ((base | (kBlock - 1)) >= units_.size()) fail("leads out of itself");
    for (size_t label = 1; label < kBlock; ++label) {
      if ((units_[base ^ label] & kLabelMask) == label) return true;
    }
    return false;
  }

  size_t offset(size_t unit) const {
    const uint32_t bits = units_[unit];
    return unit ^ (static_cast<size_t>(bits >> 10) << ((bits & (1U << 9)) >> 6));
  }

  void enter(size_t base, std::vector<Visit>& path) {
    if ((base | (kBlock - 1)) >= units_.size()) fail("leads out of itself");
    values_below_[base] = kOnThePath;
    path.push_back({base, 0, 0});
  }

  // Goes down to a child; counted there when it was walked before, otherwise on the way back, when it is asked again.
  void follow(size_t child, std::vector<Visit>& path) {
    const size_t base = offset(child);
    if (base >= units_.size()) fail("leads out of itself");
    if (values_below_[base] == kOnThePath) fail("leads back to itself");
    if (values_below_[base] == kUnknown) {
      --path.back().label;
      return enter(base, path);
    }
    const bool has_value = (units_[child] & (1U << 8)) != 0;
    if (has_value && (units_[base] & ~kValueBit) >= texts_.size()) fail("leads out of its texts");
    Visit& visit = path.back();
    visit.most = std::max(visit.most, values_below_[base] + (has_value ? 1 : 0));
    if (visit.most > kMostValues) fail(fmt::format("has more than {} values on one path", kMostValues));
  }

  const std::string& file_;
  std::vector<uint32_t> units_;
  std::string_view texts_;
  std::vector<int> values_below_;  // by base
};

void check_normaliser(std::string_view bytes, const std::string& file) {
  for (Message message(bytes, file); !message.done();) {
    const Field field = message.next();
    if (field.number == 2 && !field.bytes.empty()) CharacterTable(field.bytes, file).check();
  }
}

constexpr uint64_t kNormal = 1, kUserDefined = 4;

struct ListedPiece {
  std::string_view text;
  float score = 0.0F;
  uint64_t type = kNormal;
};

ListedPiece listed_piece(std::string_view bytes, const std::string& file) {
  ListedPiece piece;
  for (Message message(bytes, file); !message.done();) {
    const Field field = message.next();
    if (field.number == 1) piece.text = field.bytes;
    if (field.number == 2 && field.bytes.size() == sizeof(float)) {
      std::memcpy(&piece.score, field.bytes.data(), sizeof(float));
    }
    if (field.number == 3) piece.type = field.value;
  }
  return piece;
}

// The text of a piece, "" unless it is a user-defined one.
std::string_view whole_word(std::string_view bytes, const std::string& file) {
  const ListedPiece piece = listed_piece(bytes, file);
  return piece.type == kUserDefined ? piece.text : std::string_view();
}

constexpr std::string_view kSpaceMark = "▁";

// No space inside or behind. A whole word beyond ASCII weighs its bytes in one of the library's searches and its
// characters in the other.
bool stays_in_a_word(const ListedPiece& piece) {
  if (piece.text.find(kSpaceMark, 1) != std::string_view::npos) return false;
  if (piece.text.find_first_of(" \n\t") != std::string_view::npos) return false;
  const bool ascii = std::all_of(piece.text.begin(), piece.text.end(), [](char c) { return c > 0; });
  return piece.score <= 0.0F && (piece.type != kUserDefined || ascii);
}

bool normalises_word_by_word(std::string_view spec, const std::string& file) {
  for (Message message(spec, file); !message.done();) {
    const Field field = message.next();
    if (field.number >= 3 && field.number <= 5 && field.value == 0) return false;
    if (field.number == 2 && !field.bytes.empty() && !CharacterTable(field.bytes, file).check()) return false;
  }
  return true;
}

bool marks_words_behind(std::string_view trainer, const std::string& file) {
  for (Message message(trainer, file); !message.done();) {
    const Field field = message.next();
    if (field.number == 24 && field.value != 0) return true;
  }
  return false;
}

// How many of the words begin one another, at most: "a", "ab", "abc" are three.
size_t deepest_nesting(std::vector<std::string_view> words) {
  std::sort(words.begin(), words.end());
  std::vector<std::string_view> open;
  size_t deepest = 0;
  for (const std::string_view word : words) {
    while (!open.empty() && !word.starts_with(open.back())) open.pop_back();
    open.push_back(word);
    deepest = std::max(deepest, open.size());
  }
  return deepest;
}

}  // namespace

void check_spiece_model(std::string_view bytes, const std::string& file) {
  constexpr size_t kDeepest = 64;
  bool has_trainer = false, has_normaliser = false;
  std::vector<std::string_view> words;
  for (Message message(bytes, file); !message.done();) {
    const Field field = message.next();
    if (field.number == 1) words.push_back(whole_word(field.bytes, file));
    if (field.number == 3 || field.number == 5) check_normaliser(field.bytes, file);
    has_trainer |= field.number == 2;
    has_normaliser |= field.number == 3;
  }
  if (!has_trainer || !has_normaliser) fail_input("{}: not a SentencePiece model, or cut short", file);
  std::erase(words, std::string_view());
  if (const size_t depth = deepest_nesting(words); depth > kDeepest) {
    fail_input("{}: {} whole words begin one another; expected at most {}", file, depth, kDeepest);
  }
}

SpieceFacts spiece_facts(std::string_view bytes) {
  constexpr std::string_view kTypes[] = {"unigram", "bpe", "word", "char"};
  SpieceFacts facts;
  uint64_t type = 1;
  const std::string file;
  for (Message model(bytes, file); !model.done();) {
    const Field field = model.next();
    if (field.number == 1) ++facts.num_pieces;
    if (field.number != 2) continue;
    for (Message trainer(field.bytes, file); !trainer.done();) {
      const Field entry = trainer.next();
      if (entry.number == 3) type = entry.value;
    }
  }
  const bool known = type >= 1 && type <= std::size(kTypes);
  facts.type = known ? std::string(kTypes[type - 1]) : fmt::format("type {}", type);
  return facts;
}

bool cuts_word_by_word(std::string_view bytes) {
  const std::string file;
  bool has_space_piece = false;
  for (Message model(bytes, file); !model.done();) {
    const Field field = model.next();
    if (field.number == 1) {
      const ListedPiece piece = listed_piece(field.bytes, file);
      if (!stays_in_a_word(piece)) return false;
      has_space_piece |= piece.text == kSpaceMark && piece.type == kNormal;
    }
    if (field.number == 2 && marks_words_behind(field.bytes, file)) return false;
    if (field.number == 3 && !normalises_word_by_word(field.bytes, file)) return false;
  }
  return has_space_piece && spiece_facts(bytes).type == "unigram";
}

}  // namespace flanmoe
