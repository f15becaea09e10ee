#include "data/tokenizer/tokenizer.h"

#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/unicode.h"
#include "data/tokenizer/spiece_check.h"
#include "data/tokenizer/tokenizer_impl.h"

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

// Loads a model that passed the check; the reason when the library refuses it.
std::string loaded(sentencepiece::SentencePieceProcessor& processor, const std::string& bytes) {
  try {
    const auto status = processor.LoadFromSerializedProto(bytes);
    return status.ok() ? "" : status.ToString();
  } catch (const std::exception& error) {  // its trie throws for pieces that cannot be
    return error.what();
  }
}

// Pieces of `text`, which begins at `begin` of the whole text.
void append_pieces(const sentencepiece::SentencePieceProcessor& processor, std::string_view text, size_t begin,
                   std::vector<Tokenizer::Piece>& pieces) {
  if (text.empty()) return;
  sentencepiece::ImmutableSentencePieceText encoded;
  if (!processor.Encode(text, encoded.mutable_proto()).ok())
    fail_input("cannot tokenise a text of {} bytes", text.size());
  for (const auto& piece : encoded.pieces()) {
    pieces.push_back({static_cast<int32_t>(piece.id()), begin + piece.begin(), begin + piece.end(), piece.piece()});
  }
}

TokenIds ids_of(const std::vector<Tokenizer::Piece>& pieces) {
  TokenIds ids;
  for (const Tokenizer::Piece& piece : pieces) ids.push_back(piece.id);
  return ids;
}

}  // namespace

Tokenizer::Tokenizer(const std::filesystem::path& model_file, int64_t num_sentinels)
    : model_file_(model_file), num_sentinels_(num_sentinels) {
  auto impl = std::make_shared<Impl>();
  const std::string bytes = read_text(model_file);
  check_spiece_model(bytes, model_file.string());
  std::string fault = loaded(impl->processor, bytes);
  if (fault.empty()) fault = loaded(impl->joining, bytes + std::string(kWithoutDummyPrefix));
  if (!fault.empty()) fail_input("{}: not a SentencePiece model that can be used: {}", model_file.string(), fault);
  const int pad = impl->processor.pad_id(), eos = impl->processor.eos_id(), unk = impl->processor.unk_id();
  if (pad != kPadId || eos != kEosId || unk != kUnkId) {
    fail_input("{}: pad, eos, unk are {}, {}, {}; expected T5's 0, 1, 2", model_file.string(), pad, eos, unk);
  }
  impl->type = spiece_facts(bytes).type;
  if (cuts_word_by_word(bytes)) impl->words.emplace(impl->processor);
  impl_ = impl;
}

// A sentinel takes the spaces on both its sides; behind the other tokens a word begins where a space is written.
std::vector<Tokenizer::Piece> Tokenizer::encode_spaced(std::string_view text) const {
  std::vector<Piece> pieces;
  size_t plain = 0;
  bool behind_sentinel = false, begins_word = true;
  const auto append_plain = [&](size_t end, bool before_sentinel) {
    std::string_view part = text.substr(plain, end - plain);
    if (before_sentinel) part = strip_space_right(part);
    if (behind_sentinel) part = strip_space_left(part);
    const auto begin = static_cast<size_t>(part.data() - text.data());
    append_pieces(begins_word ? impl_->processor : impl_->joining, part, begin, pieces);
  };
  for (auto written = next_written(text, 0, *this); written; written = next_written(text, plain, *this)) {
    append_plain(written->begin, written->is_sentinel);
    pieces.push_back({written->id, written->begin, written->end, piece(written->id)});
    plain = written->end;
    behind_sentinel = written->is_sentinel;
    begins_word = !behind_sentinel && text.substr(plain).starts_with(' ');
  }
  append_plain(text.size(), false);
  return pieces;
}

std::vector<Tokenizer::Piece> Tokenizer::encode_with_offsets(std::string_view text) const {
  if (text.find(kSpacePiece) == std::string_view::npos) return encode_spaced(text);
  std::string spaced;  // a "▁" in the text is read as a space
  std::vector<size_t> origins;
  for (size_t i = 0; i < text.size();) {
    const bool space = text.substr(i).starts_with(kSpacePiece);
    spaced += space ? ' ' : text[i];
    origins.push_back(i);
    i += space ? kSpacePiece.size() : 1;
  }
  origins.push_back(text.size());
  std::vector<Piece> pieces = encode_spaced(spaced);
  for (Piece& piece : pieces) {
    piece.begin = origins[piece.begin];
    piece.end = origins[piece.end];
  }
  return pieces;
}

std::vector<Tokenizer::Piece> Tokenizer::encode_plain(std::string_view text) const {
  std::vector<Piece> pieces;
  append_pieces(impl_->processor, text, 0, pieces);
  return pieces;
}

TokenIds Tokenizer::encode(std::string_view text) const {
  if (impl_->words && !next_written(text, 0, *this)) {
    if (std::optional<TokenIds> ids = impl_->words->encode(text)) return *std::move(ids);
  }
  return ids_of(encode_with_offsets(text));
}

TokenIds Tokenizer::encode_with_end(std::string_view text) const {
  TokenIds ids = encode(text);
  ids.push_back(kEosId);
  return ids;
}

bool cut_before_end(TokenIds& ids, int64_t length) {
  if (static_cast<int64_t>(ids.size()) <= length) return false;
  ids.resize(static_cast<size_t>(length));
  ids.back() = kEosId;
  return true;
}

std::string Tokenizer::piece(int32_t id) const {
  if (id < 0) return fmt::format("<unused_{}>", id);
  if (id < num_pieces()) return impl_->processor.IdToPiece(id);
  const int64_t index = num_pieces() + num_sentinels_ - 1 - id;
  return index >= 0 ? fmt::format("<extra_id_{}>", index) : fmt::format("<unused_{}>", id);
}

int64_t Tokenizer::num_pieces() const { return impl_->processor.GetPieceSize(); }

const std::string& Tokenizer::type() const { return impl_->type; }

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
