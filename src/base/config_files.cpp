// Where a configuration comes from: files that name a parent, and overrides from the command line.
#include <algorithm>

#include "base/config_data.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text_file.h"
#include "base/unicode.h"

namespace flanmoe {
namespace {

ConfigNode without_key(const ConfigNode& config, std::string_view key) {
  auto items = config.items();
  std::erase_if(items, [&](const auto& item) { return item.first == key; });
  return detail::make_map(std::move(items), config.place());
}

// The tree of a file: every value knows the folder that it was written in.
ConfigNode written_in(const fs::path& folder, const ConfigNode& node) {
  auto data = std::make_shared<ConfigData>(ConfigData::of(node));
  data->folder = folder;
  for (auto& [key, value] : data->map) value = written_in(folder, value);
  for (ConfigNode& element : data->list) element = written_in(folder, element);
  return ConfigNode(std::move(data));
}

// The presets of this name, of every kind; none without a home.
std::vector<fs::path> presets_named(const std::string& name) {
  std::vector<fs::path> found;
  std::error_code ignored;
  try {
    for (const char* kind : {"study", "grids", "train", "mixtures", "suites", "model"}) {
      const fs::path preset = home_folder() / "configs" / kind / (name + ".yaml");
      if (fs::is_regular_file(preset, ignored)) found.push_back(preset);
    }
  } catch (const UserError&) {  // there is no home, so no preset
  }
  return found;
}

// A parent is a path from the file that names it, one of ours ({home}/configs/study/mini.yaml), or the name of one
// preset alone (mini), where no file beside has it.
fs::path parent_file(const fs::path& child, const std::string& written) {
  constexpr std::string_view kHome = "{home}/";
  if (written.starts_with(kHome)) return (home_folder() / written.substr(kHome.size())).lexically_normal();
  const fs::path beside = (child.parent_path() / written).lexically_normal();
  std::error_code ignored;
  const bool is_name = written.find('/') == std::string::npos;
  if (!is_name || fs::is_regular_file(beside, ignored)) return beside;
  const std::vector<fs::path> presets =
      presets_named(written.ends_with(".yaml") ? written.substr(0, written.size() - 5) : written);
  return presets.size() == 1 ? presets[0] : beside;
}

// The way out for a parent that is not there: the preset of this name, or the same path from the current folder.
std::string parent_hint(const std::string& written) {
  std::error_code ignored;
  if (const std::vector<fs::path> presets = presets_named(fs::path(written).stem().string()); !presets.empty()) {
    const fs::path preset = presets[0].lexically_relative(home_folder());
    return fmt::format("; {} '{{home}}/{}'",
                       presets.size() == 1 ? "the preset of this name is" : "a preset of this name is",
                       preset.string());
  }
  if (!fs::is_regular_file(written, ignored)) return "";
  return fmt::format("; paths of a file lead from its own folder, and {} is seen from the current one",
                     fs::absolute(written).lexically_normal().string());
}

// `children` are the files whose parents led here, the first one asked for in front.
ConfigNode load_with_parents(const fs::path& path, std::vector<fs::path> children) {
  const TextFile file = checked_text_file(path.string(), TextKind::kLines, read_text(path));
  const ConfigNode config =
      written_in(path.parent_path().empty() ? "." : path.parent_path(), parse_config(file.text, file.name));
  if (!config.is_map()) fail_input("{}: found {}, expected keys", config.place(), detail::describe_node(config));
  if (!config.has("parent")) return config;

  const ConfigNode parent = config.at("parent");
  if (!parent.is_scalar()) {
    fail_input("{}: 'parent' is {}, expected one file name", parent.place(), detail::describe_node(parent));
  }
  const fs::path above = parent_file(path, parent.scalar());
  std::error_code ignored;
  if (!fs::is_regular_file(above, ignored)) {
    fail_input("{}: 'parent' is '{}', expected a file; there is no {}{}", parent.place(), parent.scalar(),
               above.string(), parent_hint(parent.scalar()));
  }
  children.push_back(fs::weakly_canonical(path));
  if (std::find(children.begin(), children.end(), fs::weakly_canonical(above)) != children.end()) {
    fail_input("{}: 'parent' is '{}', which has this file among its own parents", parent.place(), parent.scalar());
  }
  return load_with_parents(above, std::move(children)).merged(without_key(config, "parent"));
}

void check_utf8(const std::string& value, const std::string& place) {
  for (size_t at = 0; at < value.size();) {
    const Character character = character_at(value, at);
    if (character.value == kNoCharacter) {
      fail_input(
          "{}: byte 0x{:02x} is no UTF-8, which settings are written in; expected another name for the file or "
          "folder",
          printable(place), static_cast<unsigned char>(value[at]));
    }
    at += character.size;
  }
}

// A text without quotes is what was typed, blanks at its end too (YAML drops them): paths may have some.
ConfigNode typed_value(const std::string& value, const std::string& place) {
  check_utf8(value, place);
  const ConfigNode parsed = detail::parse_yaml(value, [&](int) { return place; });
  const bool is_text = parsed.is_scalar() && !ConfigData::of(parsed).quoted && !detail::looks_typed(parsed.scalar());
  return is_text ? detail::make_scalar(value, false, place) : parsed;
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
    result = result.merged(nested(key, typed_value(value, place), place));
  }
  return result;
}

}  // namespace flanmoe
