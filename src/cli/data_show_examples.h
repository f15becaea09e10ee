// What `flanmoe data show` shows: examples of a task, of a mixture, of the corpus.
// Defined in cli/data_show_*.cpp.
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
  std::vector<std::string> what;
  std::string data = ".", tokenizer, split;
  int64_t count = 10, seed = 1, prompt = -1, source_length = 2048;
  bool corpus = false, json = false, eval = false;
};

// One example with what is known of it, in the order in which it is printed.
struct Shown {
  Json facts;
  RenderedExample text;
  std::optional<TokenPair> tokens;
};

// Of every word of `what` in turn. UserError for a word that names nothing, with the nearest name, and for an option
// that does not go with it. Without a tokenizer examples have no tokens; the corpus has none of its own accord.
std::vector<Shown> chosen_examples(const ShowArguments& arguments, const Tokenizer* tokenizer);

// The first rows of a task as `flanmoe eval` asks them when the task says how, directly and by chain of thought: the
// whole prompt (with a tokenizer: as it is cut to fit), what is ranked or the right answer, stop texts and lengths. In
// cli/data_show_eval.cpp.
std::vector<Shown> evaluation_examples(const ShowArguments& arguments, const TaskSpec& task,
                                       const Tokenizer* tokenizer);

}  // namespace flanmoe
