#include "run/initial_model.h"

#include "base/error.h"
#include "model/folder.h"
#include "tensor/device.h"

namespace flanmoe {
namespace {

T5Model model_on_host(const RunOptions& options, const Tokenizer& tokenizer, const Beginning& beginning) {
  if (beginning.goes_on) return load_checked_model(beginning.folder);
  if (!beginning.folder.empty()) return load_model(beginning.folder);
  ModelOptions shape = options.model;
  if (shape.vocab_size == 0) shape.vocab_size = tokenizer.vocab_size();
  return T5Model(shape, static_cast<uint64_t>(options.seed));
}

}  // namespace

T5Model initial_model(const RunOptions& options, const Tokenizer& tokenizer, const Beginning& beginning) {
  const T5Model model = model_on_host(options, tokenizer, beginning);
  if (model.options().vocab_size < tokenizer.vocab_size()) {
    const std::string name = beginning.folder.empty() ? "'model.vocab_size'" : beginning.folder.string();
    fail_input("{}: the model has {} token ids, the tokenizer {}; expected the tokenizer the model was trained with",
               name, model.options().vocab_size, tokenizer.vocab_size());
  }
  return model.to(chosen_device());
}

RunOptions resolved_options(const RunOptions& options, const Beginning& beginning, const Tokenizer& tokenizer) {
  RunOptions resolved = with_absolute_paths(options);
  if (!options.init.empty()) resolved.model = model_of_beginning(options, beginning);
  if (resolved.model.vocab_size == 0) resolved.model.vocab_size = tokenizer.vocab_size();
  if (resolved.num_sentinels == 0) resolved.num_sentinels = tokenizer.num_sentinels();
  return resolved;
}

}  // namespace flanmoe
