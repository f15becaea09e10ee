// A drawn example as training reads it (mixture.h).
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/render.h"

namespace flanmoe {

// While the prompt is too long its last exemplars go: a cut would lose the query, which stands at the end. A query that
// is left alone stays as an example without exemplars (FLAN drops it: the shares of the tasks would not be those asked
// for).
FittedExample fit_example(MixtureDraw draw, const MixtureOptions& options, const Tokenizer& tokenizer) {
  const RenderedExample text = text_of(draw);
  TokenIds source = text.whole_input().ids_with_end(tokenizer), target = text.whole_target().ids_with_end(tokenizer);
  const int64_t budget = options.few_shot_length > 0 ? options.few_shot_length : options.source_length;
  while (static_cast<int64_t>(source.size()) > budget && !draw.exemplars.empty()) {
    draw.exemplars.pop_back();
    source = text_of(draw).whole_input().ids_with_end(tokenizer);
  }
  FittedExample example;
  example.num_shots = draw.exemplars.size();
  example.source_cut = cut_before_end(source, options.source_length);
  example.target_cut = cut_before_end(target, options.target_length);
  example.tokens = {std::move(source), std::move(target)};
  return example;
}

}  // namespace flanmoe
