#include "data/tokenizer/written_tokens.h"

#include <fmt/format.h>

#include "data/tokenizer/written_names.h"

namespace flanmoe {

void WrittenTokens::add(std::string_view text) {
  const int64_t count = tokenizer_.num_written_tokens(text);
  ++num_texts_;
  num_tokens_ += count;
  num_with_tokens_ += count > 0 ? 1 : 0;
}

std::string WrittenTokens::told() const {
  if (num_tokens_ == 0) return "";
  return fmt::format("{} name{} of tokens (such as </s> or <extra_id_0>) in {} of {} text{}, read as tokens",
                     num_tokens_, num_tokens_ == 1 ? "" : "s", num_with_tokens_, num_texts_,
                     num_texts_ == 1 ? "" : "s");
}

bool names_a_token(std::string_view text) {
  constexpr int64_t kUsualSentinels = 100;
  static const WrittenNames names({}, kUsualSentinels, kUsualSentinels);
  return names.next(text, 0, {{0, text.size()}}).has_value();
}

}  // namespace flanmoe
