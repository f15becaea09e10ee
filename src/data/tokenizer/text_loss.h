// What a vocabulary does not keep of the texts it is given: counted text by text, said once at the end.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

// What becomes of a text before it is cut into pieces, found by encoding small texts.
struct NormaliserEffects {
  bool keeps_line_ends, keeps_tabs;  // false: they become spaces (T5's) or unknown pieces
  bool keeps_case;                   // false: lower case only
  bool keeps_spaces;                 // false: one space for several, none at the ends
  bool keeps_forms;                  // false: "ﬁ", "½" and full-width letters become plain ones (NFKC)
};
NormaliserEffects normaliser_effects(const Tokenizer& tokenizer);

int64_t num_unknown_pieces(std::span<const int32_t> ids);

class TextLoss {
 public:
  explicit TextLoss(const Tokenizer& tokenizer) : effects_(normaliser_effects(tokenizer)) {}
  // `ids` is what the tokenizer made of `text`.
  void add(std::string_view text, std::span<const int32_t> ids);

  // One line each for line ends and tabs that were lost and for unknown pieces; none when nothing was.
  std::vector<std::string> warnings() const;

 private:
  NormaliserEffects effects_;
  int64_t num_texts_ = 0, num_broken_ = 0, num_unknown_ = 0, num_with_unknown_ = 0;
};

}  // namespace flanmoe
