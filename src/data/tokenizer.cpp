#include "data/tokenizer.h"

#include <sentencepiece_processor.h>

#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {
namespace {

constexpr std::string_view kSentinelOpen = "<extra_id_";

// Appended to a model file, a protobuf message, this sets normalizer_spec.add_dummy_prefix to false.
constexpr std::string_view kWithoutDummyPrefix("\x1A\x02\x18\x00", 4);

// A token that the text spells out: [begin, end) in bytes.
struct WrittenToken {
  int32_t id;
  size_t begin, end;
  bool is_sentinel;
};

// The index of the sentinel whose name `text` begins with.
std::optional<int64_t> sentinel_index(std::string_view text, int64_t num_sentinels) {
  if (!text.starts_with(kSentinelOpen)) return {};
  int64_t index = -1;
  std::from_chars(text.data() + kSentinelOpen.size(), text.data() + text.size(), index);
  const bool named = index >= 0 && index < num_sentinels && text.starts_with(fmt::format("<extra_id_{}>", index));
  return named ? std::optional(index) : std::nullopt;
}

std::optional<WrittenToken> token_at(std::string_view text, size_t begin, const Tokenizer& tokenizer) {
  const std::string_view rest = text.substr(begin);
  constexpr std::pair<std::string_view, int32_t> kSpecial[] = {{"<pad>", kPadId}, {"</s>", kEosId}, {"<unk>", kUnkId}};
  for (const auto& [name, id] : kSpecial) {
    if (rest.starts_with(name)) return WrittenToken{id, begin, begin + name.size(), false};
  }
  const std::optional<int64_t> index = sentinel_index(rest, tokenizer.num_sentinels());
  if (!index) return {};
  return WrittenToken{tokenizer.sentinel(*index), begin, rest.find('>') + 1 + begin, true};
}

// The first token written at `from` or behind it.
std::optional<WrittenToken> next_written(std::string_view text, size_t from, const Tokenizer& tokenizer) {
  for (size_t i = text.find('<', from); i != std::string_view::npos; i = text.find('<', i + 1)) {
    if (const auto written = token_at(text, i, tokenizer)) return written;
  }
  return {};
}

}  // namespace

struct Tokenizer::Impl {
  sentencepiece::SentencePieceProcessor processor;
  sentencepiece::SentencePieceProcessor joining;  // the same pieces, no space put in front of the text
};

Tokenizer::Tokenizer(const std::filesystem::path& model_file, int64_t num_sentinels)
    : model_file_(model_file), num_sentinels_(num_sentinels) {
  auto impl = std::make_shared<Impl>();
  const std::string bytes = read_text(model_file);
  const std::string joining_bytes = bytes + std::string(kWithoutDummyPrefix);
  if (!impl->processor.LoadFromSerializedProto(bytes).ok() ||
      !impl->joining.LoadFromSerializedProto(joining_bytes).ok()) {
    fail_input("{}: not a SentencePiece model", model_file.string());
  }
  const int pad = impl->processor.pad_id(), eos = impl->processor.eos_id(), unk = impl->processor.unk_id();
  if (pad != kPadId || eos != kEosId || unk != kUnkId) {
    fail_input("{}: pad, eos, unk are {}, {}, {}; expected T5's 0, 1, 2", model_file.string(), pad, eos, unk);
  }
  impl_ = impl;
}

std::vector<Tokenizer::Piece> Tokenizer::encode_with_offsets(std::string_view text) const {
  std::vector<Piece> pieces;
  const auto encode_plain = [&](size_t begin, size_t end, const sentencepiece::SentencePieceProcessor& processor) {
    if (begin == end) return;
    sentencepiece::ImmutableSentencePieceText encoded;
    const std::string part(text.substr(begin, end - begin));
    if (!processor.Encode(part, encoded.mutable_proto()).ok()) {
      fail_input("cannot tokenise a text of {} bytes", part.size());
    }
    for (const auto& piece : encoded.pieces()) {
      pieces.push_back({static_cast<int32_t>(piece.id()), begin + piece.begin(), begin + piece.end()});
    }
  };
  size_t plain = 0;
  const sentencepiece::SentencePieceProcessor* processor = &impl_->processor;
  for (auto written = next_written(text, 0, *this); written; written = next_written(text, plain, *this)) {
    encode_plain(plain, written->begin, *processor);
    pieces.push_back({written->id, written->begin, written->end});
    plain = written->end;
    // A sentinel takes the spaces around it; behind the other tokens a word begins only where a space is written.
    const bool begins_word = !written->is_sentinel && text.substr(plain).starts_with(' ');
    processor = begins_word ? &impl_->processor : &impl_->joining;
  }
  encode_plain(plain, text.size(), *processor);
  return pieces;
}

TokenIds Tokenizer::encode(std::string_view text) const {
  TokenIds ids;
  for (const Piece& piece : encode_with_offsets(text)) ids.push_back(piece.id);
  return ids;
}

std::string Tokenizer::decode(std::span<const int32_t> ids) const {
  std::string text;
  std::vector<int> plain;
  const auto flush = [&] {
    std::string part;
    if (!plain.empty() && !impl_->processor.Decode(plain, &part).ok()) fail_input("cannot decode {} ids", plain.size());
    if (!text.empty() && !part.empty()) text += " ";
    text += part;
    plain.clear();
  };
  for (int32_t id : ids) {
    if (id == kEosId) break;
    if (id == kPadId) continue;
    if (id < num_pieces()) {
      plain.push_back(id);
      continue;
    }
    flush();
    text += (text.empty() ? "" : " ") + piece(id);
  }
  flush();
  return text;
}

std::string Tokenizer::piece(int32_t id) const {
  if (id < num_pieces()) return impl_->processor.IdToPiece(id);
  const int64_t index = num_pieces() + num_sentinels_ - 1 - id;
  return index >= 0 ? fmt::format("<extra_id_{}>", index) : fmt::format("<unused_{}>", id);
}

int64_t Tokenizer::num_pieces() const { return impl_->processor.GetPieceSize(); }

int32_t Tokenizer::sentinel(int64_t index) const {
  if (index < 0 || index >= num_sentinels_) {
    fail_input("sentinel {} is asked for, the vocabulary has {}; use shorter rows or more sentinels", index,
               num_sentinels_);
  }
  return static_cast<int32_t>(num_pieces() + num_sentinels_ - 1 - index);
}

int64_t Tokenizer::vocab_size() const {
  constexpr int64_t kSmall = 8000;
  const int64_t multiple = num_pieces() < kSmall ? 8 : 128;
  return (num_pieces() + num_sentinels_ + multiple - 1) / multiple * multiple;
}

}  // namespace flanmoe
