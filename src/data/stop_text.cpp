#include "data/stop_text.h"

#include <algorithm>

#include "data/tokenizer/answer_text.h"

namespace flanmoe {

std::string cut_at_stop(const std::string& text, const std::vector<std::string>& stop) {
  size_t end = text.size();
  for (const std::string& word : stop) end = std::min(end, text.find(word));
  return text.substr(0, end);
}

std::function<bool(const TokenIds&)> stop_hook(const Tokenizer& tokenizer, const std::vector<std::string>& stop) {
  return [&tokenizer, stop](const TokenIds& ids) {
    const std::string text = answer_text(tokenizer, ids);
    return cut_at_stop(text, stop).size() < text.size();
  };
}

}  // namespace flanmoe
