#include "data/tokenizer/tokenizer_words.h"

#include <cmath>
#include <limits>

#include "data/tokenizer/tokenizer_impl.h"

namespace flanmoe {
namespace {

constexpr size_t kLongestWord = 64;  // bytes; longer ones seldom come back
constexpr size_t kNumSlots = size_t{1} << 18;

TokenIds ids_of(const sentencepiece::ImmutableSentencePieceText& encoded) {
  TokenIds ids;
  for (size_t i = 0; i < encoded.pieces_size(); ++i) ids.push_back(static_cast<int32_t>(encoded.pieces(i).id()));
  return ids;
}

// At least the number of pieces that any cut of the word has.
size_t most_pieces(const sentencepiece::ImmutableSentencePieceText& encoded) {
  size_t num_bytes = 0;
  for (size_t i = 0; i < encoded.pieces_size(); ++i) num_bytes += encoded.pieces(i).piece().size();
  return num_bytes;
}

// A cut into n pieces is n additions, each wrong by half a unit in the last place of the sum: two cuts keep their order
// while n 2^-23 (before + |best| + |second|) < best - second. Half of that is allowed.
double limit_of(size_t num_pieces, double best, double second) {
  const double limit = (best - second) * 0x1.0p22 / static_cast<double>(num_pieces) - std::abs(best) - std::abs(second);
  return limit > 0.0 ? limit : -1.0;
}

}  // namespace

WordEncoder::WordEncoder(const sentencepiece::SentencePieceProcessor& processor)
    : processor_(processor), memo_(kNumSlots) {
  const auto encoded = [&processor](const std::string& text) {
    std::vector<int> ids;
    return processor.Encode(text, &ids).ok() ? ids : std::vector<int>();
  };
  for (const char c : {' ', '\n', '\t'}) {
    is_space_[static_cast<unsigned char>(c)] = encoded(std::string("a") + c + "a") == encoded("a a");
  }
}

std::optional<TokenIds> WordEncoder::encode(std::string_view text) const {
  TokenIds ids;
  ids.reserve(text.size() / 3);
  KnownWord fresh;
  double before = 0.0;
  const auto is_space = [this](char c) { return is_space_[static_cast<unsigned char>(c)]; };
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && !is_space(text[end])) ++end;
    const std::string_view word = text.substr(begin, end - begin);
    begin = end + 1;
    if (word.empty()) continue;
    if (word.size() > kLongestWord) return {};
    const KnownWord* known = memo_.find(word);
    if (known == nullptr) {
      fresh = learned(word);
      known = memo_.add(fresh);
      if (known == nullptr) known = &fresh;  // no room
    }
    if (before > known->limit) return {};
    ids.insert(ids.end(), known->ids.begin(), known->ids.end());
    before += known->weight;
  }
  return ids;
}

KnownWord WordEncoder::learned(std::string_view word) const {
  KnownWord known{std::string(word), {}, 0.0, -1.0};
  if (word.find(kSpacePiece) != std::string_view::npos) return known;
  sentencepiece::ImmutableSentencePieceText encoded;
  sentencepiece::ImmutableNBestSentencePieceText best;
  if (!processor_.Encode(word, encoded.mutable_proto()).ok()) return known;
  known.ids = ids_of(encoded);
  if (known.ids.empty()) {  // characters that the normaliser takes out
    known.limit = std::numeric_limits<double>::infinity();
    return known;
  }
  if (!processor_.NBestEncode(word, 2, best.mutable_proto()).ok() || best.nbests_size() == 0) return known;
  if (ids_of(best.nbests(0)) != known.ids) return known;
  const double score = best.nbests(0).score();
  known.weight = std::abs(score);
  known.limit = best.nbests_size() == 1 ? std::numeric_limits<double>::infinity()
                                        : limit_of(most_pieces(encoded), score, best.nbests(1).score());
  return known;
}

}  // namespace flanmoe
