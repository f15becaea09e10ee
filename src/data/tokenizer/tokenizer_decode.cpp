// From ids to text: for people, and as T5's tokenizer does it.
#include <algorithm>

#include "base/error.h"
#include "base/unicode.h"
#include "data/tokenizer/tokenizer_impl.h"

namespace flanmoe {
namespace {

bool is_special(int32_t id) { return id == kPadId || id == kEosId || id == kUnkId; }

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

std::string Tokenizer::decode_with_special(std::span<const int32_t> ids) const {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin < ids.size();) {
    size_t end = begin;
    while (end < ids.size() && ids[end] < num_pieces()) ++end;
    const std::string part = stretch_text(ids.subspan(begin, end - begin));
    // A stretch of spaces between two sentinels is nothing; at the end it is an empty part, and joined by a space.
    if (!part.empty() || (end > begin && end == ids.size())) parts.push_back(part);
    if (end < ids.size()) parts.push_back(piece(ids[end]));
    begin = end + 1;
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string Tokenizer::decode_without_special(std::span<const int32_t> ids) const {
  TokenIds plain;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(plain),
               [this](int32_t id) { return id < num_pieces() && !is_special(id); });
  return stretch_text(plain);
}

}  // namespace flanmoe
