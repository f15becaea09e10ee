#include "data/tokenizer/text_loss.h"

#include <fmt/format.h>

#include <algorithm>

namespace flanmoe {
namespace {

// The text as its pieces spell it, without the unknown ones if `known_only`.
std::string spelt(const Tokenizer& tokenizer, std::string_view text, bool known_only) {
  std::string result;
  for (const Tokenizer::Piece& piece : tokenizer.encode_plain(text)) {
    if (!known_only || piece.id != kUnkId) result += piece.text;
  }
  return result;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string counted(int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

NormaliserEffects normaliser_effects(const Tokenizer& tokenizer) {
  NormaliserEffects effects{};
  effects.keeps_line_ends = contains(spelt(tokenizer, "a\nb", true), "\n");
  effects.keeps_tabs = contains(spelt(tokenizer, "a\tb", true), "\t");
  effects.keeps_case = contains(spelt(tokenizer, "A", false), "A");
  effects.keeps_spaces = spelt(tokenizer, "a  b", false) != spelt(tokenizer, "a b", false);
  effects.keeps_forms = contains(spelt(tokenizer, "ﬁ", false), "ﬁ");
  return effects;
}

int64_t num_unknown_pieces(std::span<const int32_t> ids) { return std::count(ids.begin(), ids.end(), kUnkId); }

void TextLoss::add(std::string_view text, std::span<const int32_t> ids) {
  const bool broken =
      (!effects_.keeps_line_ends && contains(text, "\n")) || (!effects_.keeps_tabs && contains(text, "\t"));
  const int64_t unknown = num_unknown_pieces(ids);
  ++num_texts_;
  num_broken_ += broken ? 1 : 0;
  num_unknown_ += unknown;
  num_with_unknown_ += unknown > 0 ? 1 : 0;
}

std::vector<std::string> TextLoss::warnings() const {
  std::vector<std::string> lines;
  if (num_broken_ > 0) {
    lines.push_back(fmt::format(
        "line ends or tabs in {} of {}: this vocabulary does not keep them, a model reads a space in their place",
        num_broken_, counted(num_texts_, "text")));
  }
  if (num_unknown_ > 0) {
    lines.push_back(fmt::format("{} in {} of {}: characters that this vocabulary does not have",
                                counted(num_unknown_, "unknown piece"), num_with_unknown_,
                                counted(num_texts_, "text")));
  }
  return lines;
}

}  // namespace flanmoe
