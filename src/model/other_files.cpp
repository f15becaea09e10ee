#include "model/other_files.h"

#include "base/files.h"

namespace flanmoe {

void copy_other_files(const std::filesystem::path& from, const std::filesystem::path& to) {
  for (const char* name : {"spiece.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
                           "added_tokens.json", "generation_config.json"}) {
    if (fs::exists(from / name)) write_atomically(to / name, read_text(from / name));
  }
}

}  // namespace flanmoe
