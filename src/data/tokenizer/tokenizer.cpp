#include "data/tokenizer/tokenizer.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/unicode.h"
#include "data/tokenizer/spiece_check.h"
#include "data/tokenizer/tokenizer_impl.h"
#include "data/tokenizer/tokenizer_json.h"

namespace flanmoe {
namespace {

// Appended to a model file, a protobuf message, this sets normalizer_spec.add_dummy_prefix to false.
constexpr std::string_view kWithoutDummyPrefix("\x1A\x02\x18\x00", 4);

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

const AddedToken* added_token(const TokenizerRules& rules, int32_t id) {
  const auto found =
      std::find_if(rules.added.begin(), rules.added.end(), [id](const AddedToken& token) { return token.id == id; });
  return found == rules.added.end() ? nullptr : &*found;
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
  const std::string bytes = read_spiece_model(model_file, num_sentinels);
  check_spiece_model(bytes, model_file.string());
  std::string fault = loaded(impl->processor, bytes);
  if (fault.empty()) fault = loaded(impl->joining, bytes + std::string(kWithoutDummyPrefix));
  if (!fault.empty()) fail_input("{}: not a SentencePiece model that can be used: {}", model_file.string(), fault);
  const int pad = impl->processor.pad_id(), eos = impl->processor.eos_id(), unk = impl->processor.unk_id();
  if (pad != kPadId || eos != kEosId || unk != kUnkId) {
    fail_input("{}: pad, eos, unk are {}, {}, {}; expected T5's 0, 1, 2", model_file.string(), pad, eos, unk);
  }
  impl->type = spiece_facts(bytes).type;
  impl->checksum = checksum_text(bytes);
  for (int id = 0; id < impl->processor.GetPieceSize(); ++id)
    impl->spells_sentinels |= spells_sentinel(impl->processor.IdToPiece(id));
  if (!impl->spells_sentinels && cuts_word_by_word(bytes)) impl->words.emplace(impl->processor);
  impl_ = impl;
  *this = with_rules({});
}

Tokenizer Tokenizer::with_rules(TokenizerRules rules) const {
  Tokenizer ruled = *this;
  const WrittenNames names(rules, num_sentinels_, num_pieces() + num_sentinels_);
  ruled.ruled_ = std::make_shared<const Ruled>(Ruled{std::move(rules), names});
  return ruled;
}

// Pieces that spell a sentinel are found by the library in data, too. A name there that is text is cut in front of its
// ">", and each part of the text encoded by itself.
void Tokenizer::append_stretch(std::string_view text, size_t begin, bool begins_word, const TokenRanges& tokens,
                               std::vector<Piece>& pieces) const {
  const size_t before = pieces.size();
  append_pieces(begins_word ? impl_->processor : impl_->joining, text, begin, pieces);
  if (!impl_->spells_sentinels) return;
  std::vector<size_t> ends;  // of the parts
  for (size_t i = before; i < pieces.size(); ++i) {
    const Piece& found = pieces[i];
    const std::string_view name = strip_space_left(text.substr(found.begin - begin, found.end - found.begin));
    if (!spells_sentinel(piece(found.id)) || lies_in(tokens, found.end - name.size(), found.end)) continue;
    size_t end = found.end - begin - 1;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // the middle of a character
    ends.push_back(end);
  }
  if (ends.empty()) return;
  pieces.resize(before);
  ends.push_back(text.size());
  size_t from = 0;
  for (const size_t end : ends) {
    append_stretch(text.substr(from, end - from), begin + from, begins_word && from == 0, tokens, pieces);
    from = end;
  }
}

// Some tokens take the spaces on a side. Behind the others a word begins where a space is written, in legacy rules
// everywhere.
std::vector<Tokenizer::Piece> Tokenizer::encode_spaced(std::string_view text, const TokenRanges& tokens) const {
  std::vector<Piece> pieces;
  size_t plain = 0;
  bool takes_right = false, is_first = true;
  const auto append_plain = [&](size_t end, bool takes_left) {
    std::string_view part = text.substr(plain, end - plain);
    if (takes_left) part = strip_space_right(part);
    if (takes_right) part = strip_space_left(part);
    const bool begins_word = is_first || ruled_->rules.legacy || part.starts_with(' ');
    const auto begin = static_cast<size_t>(part.data() - text.data());
    append_stretch(part, begin, begins_word, tokens, pieces);
    is_first = false;
  };
  const WrittenNames& names = ruled_->names;
  for (auto written = names.next(text, 0, tokens); written; written = names.next(text, plain, tokens)) {
    append_plain(written->begin, written->takes_left);
    pieces.push_back({written->id, written->begin, written->end, piece(written->id)});
    plain = written->end;
    takes_right = written->takes_right;
  }
  append_plain(text.size(), false);
  return pieces;
}

std::vector<Tokenizer::Piece> Tokenizer::encode_plain(std::string_view text, const TokenRanges& tokens) const {
  if (ruled_->rules.legacy || text.find(kSpacePiece) == std::string_view::npos) return encode_spaced(text, tokens);
  std::string spaced;  // a "▁" in the text is read as a space
  std::vector<size_t> origins, places;
  for (size_t i = 0; i < text.size();) {
    const bool space = text.substr(i).starts_with(kSpacePiece);
    const size_t size = space ? kSpacePiece.size() : 1;
    places.insert(places.end(), size, spaced.size());
    origins.push_back(i);
    spaced += space ? ' ' : text[i];
    i += size;
  }
  origins.push_back(text.size());
  places.push_back(spaced.size());
  TokenRanges ranges;
  for (const auto& [begin, end] : tokens) ranges.emplace_back(places[begin], places[end]);
  std::vector<Piece> pieces = encode_spaced(spaced, ranges);
  for (Piece& piece : pieces) {
    piece.begin = origins[piece.begin];
    piece.end = origins[piece.end];
  }
  return pieces;
}

TokenIds Tokenizer::encode_text(std::string_view text, const TokenRanges& tokens) const {
  if (impl_->words && !ruled_->names.next(text, 0, tokens)) {
    if (std::optional<TokenIds> ids = impl_->words->encode(text)) return *std::move(ids);
  }
  return ids_of(encode_plain(text, tokens));
}

TokenIds Tokenizer::encode_text_with_end(std::string_view text, const TokenRanges& tokens) const {
  TokenIds ids = encode_text(text, tokens);
  ids.push_back(kEosId);
  return ids;
}

std::vector<Tokenizer::Piece> Tokenizer::encode_with_offsets(std::string_view text) const {
  return encode_plain(text, {{0, text.size()}});
}

TokenIds Tokenizer::encode(std::string_view text) const { return encode_text(text, {{0, text.size()}}); }

TokenIds Tokenizer::encode_with_end(std::string_view text) const {
  return encode_text_with_end(text, {{0, text.size()}});
}

int64_t Tokenizer::num_written_tokens(std::string_view text) const {
  const TokenRanges all = {{0, text.size()}};
  int64_t count = 0;
  for (auto written = ruled_->names.next(text, 0, all); written; written = ruled_->names.next(text, written->end, all))
    count += is_special(written->id) ? 1 : 0;
  if (!impl_->spells_sentinels) return count;
  for (const Piece& found : encode_with_offsets(text))
    count += found.id < num_pieces() && spells_sentinel(piece(found.id)) ? 1 : 0;
  return count;
}

bool cut_before_end(TokenIds& ids, int64_t length) {
  if (static_cast<int64_t>(ids.size()) <= length) return false;
  ids.resize(static_cast<size_t>(length));
  ids.back() = kEosId;
  return true;
}

std::string Tokenizer::piece(int32_t id) const {
  if (id >= 0 && id < num_pieces()) return impl_->processor.IdToPiece(id);
  if (id >= num_pieces() && id < num_pieces() + num_sentinels_)
    return sentinel_name(num_pieces() + num_sentinels_ - 1 - id);
  const AddedToken* added = added_token(ruled_->rules, id);
  return added != nullptr ? added->text : fmt::format("<unused_{}>", id);
}

bool Tokenizer::is_special(int32_t id) const {
  if (id < num_pieces()) return id == kPadId || id == kEosId || id == kUnkId;
  const AddedToken* added = added_token(ruled_->rules, id);
  return added == nullptr || added->special;
}

int64_t Tokenizer::num_pieces() const { return impl_->processor.GetPieceSize(); }

bool Tokenizer::has_id(int32_t id) const {
  return id >= 0 && (id < num_pieces() + num_sentinels_ || added_token(ruled_->rules, id) != nullptr);
}

std::optional<int32_t> Tokenizer::id_of_piece(std::string_view piece) const {
  const int id = impl_->processor.PieceToId(piece);
  return id != kUnkId || piece == "<unk>" ? std::optional(id) : std::nullopt;
}

int64_t Tokenizer::num_ids() const {
  const std::vector<AddedToken>& added = ruled_->rules.added;
  const int64_t without = num_pieces() + num_sentinels_;
  return added.empty() ? without : std::max<int64_t>(without, added.back().id + 1);
}

const TokenizerRules& Tokenizer::rules() const { return ruled_->rules; }

// Of the usual rules checksum and sentinels alone.
std::string Tokenizer::fingerprint() const {
  std::string text = fmt::format("{} {}", impl_->checksum, num_sentinels_);
  const TokenizerRules& rules = ruled_->rules;
  if (rules.legacy) text += " legacy";
  if (rules.clean_up) text += " clean_up";
  if (!rules.sentinels_take_left || !rules.sentinels_take_right)
    text += fmt::format(" {:d}{:d}", rules.sentinels_take_left, rules.sentinels_take_right);
  std::string added;
  for (const AddedToken& token : rules.added)
    added +=
        fmt::format("{} {:d}{:d}{:d} {}\n", token.id, token.takes_left, token.takes_right, token.special, token.text);
  return added.empty() ? text : fmt::format("{} {}", text, checksum_text(added));
}

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
  return (num_ids() + multiple - 1) / multiple * multiple;
}

}  // namespace flanmoe
