#include "data/tokenizer.h"

#include <sentencepiece_processor.h>

#include <charconv>

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {
namespace {

constexpr std::string_view kSentinelOpen = "<extra_id_";

// A sentinel written in the text at `begin`: its index and the byte after it; index -1 when there is none.
struct WrittenSentinel {
  int64_t index = -1;
  size_t end = 0;
};
WrittenSentinel sentinel_at(std::string_view text, size_t begin, int64_t num_sentinels) {
  if (!text.substr(begin).starts_with(kSentinelOpen)) return {};
  const char* digits = text.data() + begin + kSentinelOpen.size();
  const char* end = text.data() + text.size();
  int64_t index = 0;
  const auto [stop, error] = std::from_chars(digits, end, index);
  if (error != std::errc() || stop == end || *stop != '>' || index < 0 || index >= num_sentinels) return {};
  return {index, static_cast<size_t>(stop - text.data()) + 1};
}

}  // namespace

struct Tokenizer::Impl {
  sentencepiece::SentencePieceProcessor processor;
};

Tokenizer::Tokenizer(const std::filesystem::path& model_file, int64_t num_sentinels)
    : model_file_(model_file), num_sentinels_(num_sentinels) {
  auto impl = std::make_shared<Impl>();
  const std::string bytes = read_text(model_file);
  if (!impl->processor.LoadFromSerializedProto(bytes).ok()) {
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
  const auto encode_plain = [&](size_t begin, size_t end) {
    sentencepiece::ImmutableSentencePieceText encoded;
    const std::string part(text.substr(begin, end - begin));
    if (!impl_->processor.Encode(part, encoded.mutable_proto()).ok()) fail_input("cannot tokenise a text of {} bytes", part.size());
    for (const auto& piece : encoded.pieces()) {
      pieces.push_back({static_cast<int32_t>(piece.id()), begin + piece.begin(), begin + piece.end()});
    }
  };
  size_t plain = 0;
  for (size_t i = text.find(kSentinelOpen); i != std::string_view::npos; i = text.find(kSentinelOpen, i)) {
    const WrittenSentinel written = sentinel_at(text, i, num_sentinels_);
    if (written.index < 0) {
      i += kSentinelOpen.size();
      continue;
    }
    if (i > plain) encode_plain(plain, i);
    pieces.push_back({sentinel(written.index), i, written.end});
    plain = i = written.end;
  }
  if (plain < text.size()) encode_plain(plain, text.size());
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
    fail_input("sentinel {} is asked for, the vocabulary has {}; use shorter rows or more sentinels", index, num_sentinels_);
  }
  return static_cast<int32_t>(num_pieces() + num_sentinels_ - 1 - index);
}

int64_t Tokenizer::vocab_size() const {
  constexpr int64_t kSmall = 8000;
  const int64_t multiple = num_pieces() < kSmall ? 8 : 128;
  return (num_pieces() + num_sentinels_ + multiple - 1) / multiple * multiple;
}

}  // namespace flanmoe
