#include "run/initial_model.h"

#include "base/error.h"
#include "model/folder.h"
#include "tensor/device.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

// The model, and what gave it, for messages.
struct Beginning {
  T5Model model;
  std::string name;
};

Beginning beginning_on_host(const RunOptions& options, const Tokenizer& tokenizer,
                            const std::filesystem::path& folder) {
  if (const auto own = newest_checkpoint(folder); !own.empty()) return {load_checked_model(own), folder.string()};
  if (!options.init.empty()) return {load_model(options.init), options.init};
  ModelOptions shape = options.model;
  if (shape.vocab_size == 0) shape.vocab_size = tokenizer.vocab_size();
  return {T5Model(shape, static_cast<uint64_t>(options.seed)), "'model.vocab_size'"};
}

}  // namespace

T5Model initial_model(const RunOptions& options, const Tokenizer& tokenizer, const std::filesystem::path& folder) {
  const auto [model, name] = beginning_on_host(options, tokenizer, folder);
  if (model.options().vocab_size < tokenizer.vocab_size()) {
    fail_input("{}: the model has {} token ids, the tokenizer {}; expected the tokenizer the model was trained with",
               name, model.options().vocab_size, tokenizer.vocab_size());
  }
  return model.to(chosen_device());
}

}  // namespace flanmoe
