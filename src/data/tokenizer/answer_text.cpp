#include "data/tokenizer/answer_text.h"

#include <algorithm>
#include <iterator>

namespace flanmoe {

std::string answer_text(const Tokenizer& tokenizer, std::span<const int32_t> ids) {
  TokenIds said;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(said),
               [&tokenizer](int32_t id) { return id != kUnkId && tokenizer.has_id(id); });
  return tokenizer.decode(said);
}

}  // namespace flanmoe
