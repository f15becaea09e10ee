// JSON the way flanmoe reads and writes it: strict reading with the place of an error, key order kept in writing.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "base/names.h"

namespace flanmoe {

using Json = nlohmann::ordered_json;

// Parses one JSON value; UserError "NAME:LINE: malformed JSON: reason" when it is not one. `line` is where text starts.
// A bare NaN (which some data files hold) is read as null.
Json parse_json(const std::string& text, const std::string& name, int64_t line = 1);
Json read_json(const std::filesystem::path& path);

// A value on one line, or two-space indented with a final newline. NaN and infinity are refused (RunError naming
// `name`, which is what is written or where to, and the key), which would be written as null: no NaN hidden. Invalid
// UTF-8 in a text becomes U+FFFD.
std::string json_line(const Json& value, const std::string& name);
std::string json_page(const Json& value, const std::string& name);

// A page, written atomically; a text in it that is no valid UTF-8 is refused, too.
void write_json(const std::filesystem::path& path, const Json& value);

// A value as it stands in a message: ASCII on one line, cut after 60 characters.
std::string json_excerpt(const Json& value);

// value[key] as T; UserError naming `where`, the key, what is there and what was expected.
const Json& json_at(const Json& value, const std::string& key, const std::string& where);
std::string json_string(const Json& value, const std::string& key, const std::string& where);
int64_t json_int(const Json& value, const std::string& key, const std::string& where);
double json_number(const Json& value, const std::string& key, const std::string& where);
// One of an enum's values, by its name.
template <class Enum>
Enum json_named(const Json& value, const std::string& key, const std::string& where) {
  const std::string name = json_string(value, key, where);
  if (const std::optional<Enum> found = value_named<Enum>(name)) return *found;
  fail_input("{}: '{}' is {}, expected {}", where, key, json_excerpt(name), fmt::join(all_names<Enum>(), " or "));
}

}  // namespace flanmoe
