// Where a configuration comes from: files that name a parent, and overrides from the command line.
#include <algorithm>

#include "base/config_data.h"
#include "base/error.h"
#include "base/files.h"

namespace flanmoe {
namespace {

ConfigNode without_key(const ConfigNode& config, std::string_view key) {
  auto items = config.items();
  std::erase_if(items, [&](const auto& item) { return item.first == key; });
  return detail::make_map(std::move(items), config.place());
}

// `children` are the files whose parents led here, the first one asked for in front.
ConfigNode load_with_parents(const fs::path& path, std::vector<fs::path> children) {
  const ConfigNode config = parse_config(read_text(path), path.string());
  if (!config.is_map()) fail_input("{}: found {}, expected keys", config.place(), detail::describe_node(config));
  if (!config.has("parent")) return config;

  const ConfigNode parent = config.at("parent");
  if (!parent.is_scalar()) {
    fail_input("{}: 'parent' is {}, expected one file name", parent.place(), detail::describe_node(parent));
  }
  const fs::path file = (path.parent_path() / parent.scalar()).lexically_normal();
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) {
    fail_input("{}: 'parent' is '{}', expected a file; there is no {}", parent.place(), parent.scalar(), file.string());
  }
  children.push_back(fs::weakly_canonical(path));
  if (std::find(children.begin(), children.end(), fs::weakly_canonical(file)) != children.end()) {
    fail_input("{}: 'parent' is '{}', which has this file among its own parents", parent.place(), parent.scalar());
  }
  return load_with_parents(file, std::move(children)).merged(without_key(config, "parent"));
}

// "a.b", value -> {a: {b: value}}
ConfigNode nested(std::string_view key, ConfigNode value, const std::string& place) {
  for (;;) {
    const size_t dot = key.rfind('.');
    const std::string_view name = dot == std::string_view::npos ? key : key.substr(dot + 1);
    if (name.empty()) fail_input("{}: an empty key, expected section.key=value", place);
    value = detail::make_map({{std::string(name), std::move(value)}}, place);
    if (dot == std::string_view::npos) return value;
    key = key.substr(0, dot);
  }
}

}  // namespace

ConfigNode load_config(const fs::path& path) { return load_with_parents(path, {}); }

ConfigNode with_overrides(const ConfigNode& config, const std::vector<std::string>& overrides) {
  ConfigNode result = config;
  for (const std::string& text : overrides) {
    const std::string place = fmt::format("command line '{}'", text);
    const size_t equals = text.find('=');
    if (equals == std::string::npos) fail_input("{}: no '=', expected section.key=value", place);
    const std::string key = text.substr(0, equals), value = text.substr(equals + 1);
    if (value.find_first_not_of(" \t\n") == std::string::npos) {
      fail_input("{}: '{}' has no value; write {}='\"\"' for an empty text", place, key, key);
    }
    const ConfigNode parsed = detail::parse_yaml(value, [&](int) { return place; });
    result = result.merged(nested(key, parsed, place));
  }
  return result;
}

}  // namespace flanmoe
