#include "run/tokenizer.h"

#include <system_error>

#include "base/error.h"
#include "base/files.h"
#include "data/task_paths.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

Tokenizer of_file(const fs::path& file, const RunOptions& options) {
  return Tokenizer(file, options.num_sentinels > 0 ? options.num_sentinels : TokenizerFiles().num_sentinels);
}

Tokenizer of_folder(const fs::path& folder, const RunOptions& options) {
  Tokenizer tokenizer = open_model_tokenizer(folder);
  if (options.num_sentinels == 0 || options.num_sentinels == tokenizer.num_sentinels()) return tokenizer;
  fail_input("'num_sentinels' is {}, but the vocabulary of {} has {}; leave the setting out", options.num_sentinels,
             folder.string(), tokenizer.num_sentinels());
}

Tokenizer of_beginning(const fs::path& folder, const RunOptions& options) {
  if (!has_tokenizer(folder)) {
    fail_input(
        "'init' is {}, which has no spiece.model and no tokenizer.json: say with tokenizer=FILE (a SentencePiece "
        "model) or tokenizer=FOLDER (a model folder that has one) which vocabulary the model was trained with",
        folder.string());
  }
  return of_folder(folder, options);
}

}  // namespace

Tokenizer open_tokenizer(const RunOptions& options, const Beginning& beginning) {
  if (!options.tokenizer.empty()) {
    const fs::path path = resolve_path(options.tokenizer, options.data);
    std::error_code ignored;
    return fs::is_directory(path, ignored) ? of_folder(model_folder(path), options) : of_file(path, options);
  }
  if (!options.init.empty()) {
    return of_beginning(beginning.folder.empty() ? beginning_of(options, "").folder : beginning.folder, options);
  }
  const fs::path file = resolve_path("{data}/spiece.model", options.data);
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    fail_input(
        "cannot read {}: No such file or directory; without 'init' the vocabulary is that of 'data': say with "
        "tokenizer=FILE or tokenizer=FOLDER where another one is",
        file.string());
  }
  return of_file(file, options);
}

}  // namespace flanmoe
