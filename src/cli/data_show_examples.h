// What `flanmoe data show` shows: examples of a task, of a mixture, of the corpus.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/packing.h"
#include "data/render.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

struct ShowArguments {
  std::string what, data = ".", tokenizer, split;
  int64_t count = 10, seed = 1, prompt = -1;
  bool corpus = false, json = false;
};

// One example with what is known of it, in the order in which it is printed.
struct Shown {
  Json facts;
  RenderedExample text;
  std::optional<TokenPair> tokens;
};

// UserError for a word that names nothing, with the nearest name, and for an option that does not go with it. Without a
// tokenizer examples have no tokens; the corpus has none of its own accord.
std::vector<Shown> chosen_examples(const ShowArguments& arguments, const Tokenizer* tokenizer);

}  // namespace flanmoe
