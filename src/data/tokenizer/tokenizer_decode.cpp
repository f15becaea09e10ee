// From ids to text: for people, and as T5's tokenizer does it.
#include <algorithm>

#include "base/error.h"
#include "base/unicode.h"
#include "data/tokenizer/tokenizer_impl.h"

namespace flanmoe {
namespace {

// As transformers does it where tokenizer_config.json asks for it.
std::string cleaned_up(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> kShorter[] = {
      {" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},     {" ' ", "'"},
      {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : kShorter) {
    for (size_t i = text.find(from); i != std::string::npos; i = text.find(from, i + to.size()))
      text.replace(i, from.size(), to);
  }
  return text;
}

}  // namespace

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
    if (id >= 0 && id < num_pieces()) {
      plain.push_back(id);
      continue;
    }
    flush();
    text += (text.empty() ? "" : " ") + piece(id);
  }
  flush();
  return ruled_->rules.clean_up ? cleaned_up(text) : text;
}

// A stretch without sentinels. The space that its first piece begins with is the one that encoding puts there.
std::string Tokenizer::stretch_text(std::span<const int32_t> ids) const {
  std::string text;
  std::vector<std::string> pieces;
  const auto flush = [&] {
    std::string part;
    if (!pieces.empty() && !impl_->joining.Decode(pieces, &part).ok())
      fail_input("cannot decode {} pieces", pieces.size());
    text += part;
    pieces.clear();
  };
  for (size_t i = 0; i < ids.size(); ++i) {
    std::string next = piece(ids[i]);
    if (is_special(ids[i])) {
      if (i == 0 || !is_special(ids[i - 1])) text += " ";
      flush();
      text += next;
    } else {
      if (i == 0 && next.starts_with(kSpacePiece)) next.erase(0, kSpacePiece.size());
      pieces.push_back(next);
    }
  }
  flush();
  return std::string(strip_space(text));
}

// Stretches of pieces, and tokens behind the pieces, joined by spaces.
std::string Tokenizer::joined_text(std::span<const int32_t> ids, bool with_special) const {
  std::vector<std::string> parts;
  TokenIds stretch;
  const auto flush = [&](bool at_end) {
    const std::string part = stretch_text(stretch);
    // A stretch of spaces between two tokens is nothing; at the end it is an empty part, and joined by a space.
    if (!part.empty() || (!stretch.empty() && at_end)) parts.push_back(part);
    stretch.clear();
  };
  for (const int32_t id : ids) {
    if (!has_id(id) || (!with_special && is_special(id))) continue;
    if (id < num_pieces()) {
      stretch.push_back(id);
      continue;
    }
    flush(false);
    parts.push_back(piece(id));
  }
  flush(true);
  const std::string text = fmt::format("{}", fmt::join(parts, " "));
  return ruled_->rules.clean_up ? cleaned_up(text) : text;
}

std::string Tokenizer::decode_with_special(std::span<const int32_t> ids) const { return joined_text(ids, true); }

std::string Tokenizer::decode_without_special(std::span<const int32_t> ids) const { return joined_text(ids, false); }

}  // namespace flanmoe
