#include "run/needed_data.h"

#include <string>
#include <vector>

#include "base/error.h"
#include "data/task.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

bool says_data(const std::string& text) { return text.starts_with("{data}"); }

// A text of the tree that begins with {data}, "" = none.
std::string data_path_in(const ConfigNode& node) {
  if (node.is_scalar()) return says_data(node.scalar()) ? node.scalar() : "";
  std::vector<ConfigNode> inner;
  if (node.is_map()) {
    for (const auto& [key, value] : node.items()) inner.push_back(value);
  } else {
    inner = node.list();
  }
  for (const ConfigNode& value : inner) {
    if (const std::string found = data_path_in(value); !found.empty()) return found;
  }
  return "";
}

[[noreturn]] void fail_without_data(const std::string& who, const std::string& path) {
  fail_input("'data' is empty, but {} names '{}': say where the data is with data=FOLDER", who, path);
}

void check_paths(const char* key, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (says_data(path)) fail_without_data(fmt::format("'{}'", key), path);
  }
}

// The task files themselves may say {data} for their rows.
void check_tasks(const char* key, const std::vector<std::string>& paths) {
  check_paths(key, paths);
  for (const std::string& path : paths) {
    for (const auto& file : task_files(resolve_path(path, ""))) {
      const std::string found = data_path_in(load_config(file));
      if (!found.empty()) fail_without_data(file.string(), found);
    }
  }
}

}  // namespace

void check_data_is_given(const RunOptions& options) {
  if (!options.data.empty()) return;
  check_paths("tokenizer", {options.tokenizer});
  check_paths("init", {options.init});
  if (options.tokenizer.empty() && options.init.empty()) {
    fail_input(
        "'data' is empty, and so are 'tokenizer' and 'init': say where the data is with data=FOLDER, or where the "
        "vocabulary is with tokenizer=FILE");
  }
  if (options.mode == Phase::kPretrain) {
    check_paths("corpus.files", options.corpus.files);
    check_paths("corpus.first_files", options.corpus.first_files);
  } else {
    check_paths("mixture.cache", {options.mixture.cache});
    check_tasks("mixture.tasks", options.mixture.tasks);
  }
  check_paths("validation.files", options.validation.files);
  check_tasks("validation.tasks", options.validation.tasks);
}

}  // namespace flanmoe
