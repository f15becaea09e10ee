#include "analysis/token_class.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace flanmoe {
namespace {

const std::set<std::string>& function_words() {
  static const std::set<std::string> kWords = {
      "a",     "an",   "the",   "of",    "in",   "on",  "at",   "to",   "from",  "by",   "with", "for",
      "as",    "and",  "or",    "but",   "not",  "no",  "if",   "then", "than",  "that", "this", "these",
      "those", "is",   "are",   "was",   "were", "be",  "been", "do",   "does",  "did",  "has",  "have",
      "had",   "can",  "will",  "would", "it",   "its", "he",   "she",  "they",  "his",  "her",  "their",
      "who",   "what", "which", "where", "when", "how", "so",   "so",   "there", "all",  "any",  "each"};
  return kWords;
}

}  // namespace

TokenClass token_class(const Tokenizer& tokenizer, int32_t id) {
  if (id <= kEosId || id >= tokenizer.num_pieces()) return TokenClass::kFormatting;
  static const std::string kSpace = "\u2581";  // SentencePiece's mark of a word's beginning
  std::string piece = tokenizer.piece(id);
  if (piece.starts_with(kSpace)) piece = piece.substr(kSpace.size());
  const auto all = [&piece](auto holds) {
    return std::all_of(piece.begin(), piece.end(),
                       [&holds](char c) { return holds(static_cast<unsigned char>(c)) != 0; });
  };
  if (all([](unsigned char c) { return std::ispunct(c) || std::isspace(c); })) return TokenClass::kFormatting;
  if (all([](unsigned char c) { return std::isdigit(c); })) return TokenClass::kDigits;
  std::transform(piece.begin(), piece.end(), piece.begin(), [](unsigned char c) { return std::tolower(c); });
  return function_words().contains(piece) ? TokenClass::kFunctionWords : TokenClass::kContent;
}

}  // namespace flanmoe
