// What other libraries write into the JSON files of a model folder, key by key (docs/format.md). A key is honoured,
// without effect here, refused or warned of by name: none is passed over in silence.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace flanmoe {

enum class SettingsFile { kModel, kDecoding, kTokenizer, kSpecialTokens };

// What becomes of a key.
enum class KeyUse {
  kRead,      // honoured; whoever reads it checks its value
  kHarmless,  // changes nothing that is computed here
  kOnly,      // one of `values` (or null), else refused
  kTold       // one of `values` (or null), else warned of
};

struct ForeignKey {
  std::string_view key;
  KeyUse use;
  std::string_view values;  // a JSON list
  std::string_view reason;  // what a value that is none of these asks for
};
// The table of a kind of file. The decoding keys may stand in a config.json, too, as old ones have them.
const std::vector<ForeignKey>& foreign_keys(SettingsFile kind);
// Whether `key` is of that table.
bool is_foreign_key(SettingsFile kind, std::string_view key);

// Looks at every key of the object `settings`, which was read from `file`. UserError for a value that asks for what
// flanmoe does not do, and for an unknown key that is a misspelt one of those that are read and absent; a warning for
// any other unknown key.
void check_foreign_keys(const Json& settings, SettingsFile kind, const std::string& file);

// read_json, but a bare NaN is refused by line: a setting that is no number does not become a default.
Json read_settings(const std::filesystem::path& path);

}  // namespace flanmoe
