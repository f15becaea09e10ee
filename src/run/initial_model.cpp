#include "run/initial_model.h"

#include "base/error.h"
#include "model/folder.h"
#include "tensor/device.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

T5Model model_on_host(const RunOptions& options, const Tokenizer& tokenizer, const std::filesystem::path& folder) {
  if (const auto own = newest_checkpoint(folder); !own.empty()) return load_checked_model(own);
  if (!options.init.empty()) return load_model(options.init);
  ModelOptions shape = options.model;
  if (shape.vocab_size == 0) shape.vocab_size = tokenizer.vocab_size();
  return T5Model(shape, static_cast<uint64_t>(options.seed));
}

}  // namespace

T5Model initial_model(const RunOptions& options, const Tokenizer& tokenizer, const std::filesystem::path& folder) {
  const T5Model model = model_on_host(options, tokenizer, folder);
  if (model.options().vocab_size < tokenizer.vocab_size()) {
    const std::string name = !newest_checkpoint(folder).empty() ? folder.string()
                             : !options.init.empty()            ? options.init
                                                                : "'model.vocab_size'";
    fail_input("{}: the model has {} token ids, the tokenizer {}; expected the tokenizer the model was trained with",
               name, model.options().vocab_size, tokenizer.vocab_size());
  }
  return model.to(chosen_device());
}

}  // namespace flanmoe
