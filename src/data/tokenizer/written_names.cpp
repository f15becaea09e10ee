#include "data/tokenizer/written_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace flanmoe {
namespace {

constexpr std::string_view kSentinelOpen = "<extra_id_";

}  // namespace

std::string sentinel_name(int64_t index) { return fmt::format("{}{}>", kSentinelOpen, index); }

std::optional<int64_t> sentinel_index(std::string_view text, int64_t num_sentinels) {
  if (!text.starts_with(kSentinelOpen)) return {};
  int64_t index = -1;
  std::from_chars(text.data() + kSentinelOpen.size(), text.data() + text.size(), index);
  if (index < 0 || index >= num_sentinels || !text.starts_with(sentinel_name(index))) return {};
  return index;
}

bool spells_sentinel(std::string_view piece) {
  constexpr std::string_view kSpace = "▁";
  constexpr int64_t kAny = std::numeric_limits<int64_t>::max();
  if (piece.starts_with(kSpace)) piece.remove_prefix(kSpace.size());
  const auto index = sentinel_index(piece, kAny);
  return index && piece == sentinel_name(*index);
}

bool lies_in(const TokenRanges& ranges, size_t begin, size_t end) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const auto& range) { return range.first <= begin && end <= range.second; });
}

WrittenNames::WrittenNames(const TokenizerRules& rules, int64_t num_sentinels, int64_t end_of_sentinels)
    : tokens_(rules.added),
      num_sentinels_(num_sentinels),
      end_of_sentinels_(end_of_sentinels),
      sentinels_take_left_(rules.sentinels_take_left),
      sentinels_take_right_(rules.sentinels_take_right) {
  has_words_ = std::any_of(tokens_.begin(), tokens_.end(), [](const AddedToken& token) { return !token.special; });
  for (const auto& [name, id] : {std::pair{"<pad>", kPadId}, std::pair{"</s>", kEosId}, std::pair{"<unk>", kUnkId}})
    tokens_.push_back({name, id, false, false, true});
  std::stable_sort(tokens_.begin(), tokens_.end(),
                   [](const AddedToken& a, const AddedToken& b) { return a.text.size() > b.text.size(); });
  for (const AddedToken& token : tokens_) begins_[static_cast<unsigned char>(token.text.at(0))] = true;
  begins_[static_cast<unsigned char>(kSentinelOpen[0])] = true;
}

std::optional<WrittenToken> WrittenNames::sentinel_at(std::string_view text, size_t begin) const {
  const auto index = sentinel_index(text.substr(begin), num_sentinels_);
  if (!index) return {};
  return WrittenToken{static_cast<int32_t>(end_of_sentinels_ - 1 - *index), begin, begin + sentinel_name(*index).size(),
                      sentinels_take_left_, sentinels_take_right_};
}

std::optional<WrittenToken> WrittenNames::at(std::string_view text, size_t begin, const TokenRanges& special) const {
  std::optional<WrittenToken> found = sentinel_at(text, begin);
  if (found && !lies_in(special, begin, found->end)) found.reset();
  for (const AddedToken& token : tokens_) {
    const size_t end = begin + token.text.size();
    if (found && found->end >= end) break;
    if (!text.substr(begin).starts_with(token.text)) continue;
    if (token.special && !lies_in(special, begin, end)) continue;
    return WrittenToken{token.id, begin, end, token.takes_left, token.takes_right};
  }
  return found;
}

std::optional<WrittenToken> WrittenNames::next(std::string_view text, size_t from, const TokenRanges& special) const {
  if (special.empty() && !has_words_) return {};
  for (size_t i = from; i < text.size(); ++i) {
    if (!begins_[static_cast<unsigned char>(text[i])]) continue;
    if (const auto written = at(text, i, special)) return written;
  }
  return {};
}

}  // namespace flanmoe
