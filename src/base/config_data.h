// Inside of the configuration: the node's content and the steps shared by its files.
// Defined in base/config*.cpp.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/config.h"

namespace flanmoe {

struct ConfigData {
  enum class Kind { kMap, kList, kScalar };
  using Items = std::vector<std::pair<std::string, ConfigNode>>;

  Kind kind = Kind::kMap;
  std::string place;             // where the value was written; in a map, the line of its key
  std::filesystem::path folder;  // of the file that holds the value; "" = no file, such as the command line
  std::string scalar;            // kScalar
  bool quoted = false;           // kScalar: written in quotes, so it is text whatever it looks like
  Items map;                     // kMap, in file order
  std::vector<ConfigNode> list;  // kList

  static const ConfigData& of(const ConfigNode& node) { return *node.data_; }
};

namespace detail {

// What stands in the place of a value that no file and no override gave.
inline constexpr const char* kDefaultPlace = "(default)";

ConfigNode make_scalar(std::string text, bool quoted, std::string place = kDefaultPlace);
ConfigNode make_map(ConfigData::Items items, std::string place = kDefaultPlace);
ConfigNode make_list(std::vector<ConfigNode> list, std::string place = kDefaultPlace);

// Parses YAML; `place` turns a line number (from 1) into what messages show.
ConfigNode parse_yaml(const std::string& text, const std::function<std::string(int)>& place);

// "model" + "d_model" -> "model.d_model"; "" + "model" -> "model".
std::string join_key(std::string_view section, std::string_view name);

// "'abc'", "a list" or "a section", for messages.
std::string describe_node(const ConfigNode& node);

// True for texts that YAML reads as something else than text when they stand without quotes.
bool looks_typed(const std::string& text);

// The text of each type of value in dumps and help; lists as [a, b].
std::string value_text(bool value);
std::string value_text(int64_t value);
std::string value_text(double value);

}  // namespace detail
}  // namespace flanmoe
