#include "run/tokenizer.h"

#include "data/task_paths.h"

namespace flanmoe {

Tokenizer open_tokenizer(const RunOptions& options) {
  const std::string file = options.tokenizer.empty() ? "{data}/spiece.model" : options.tokenizer;
  return Tokenizer(resolve_path(file, options.data), options.num_sentinels);
}

}  // namespace flanmoe
