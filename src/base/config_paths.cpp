#include "base/config_paths.h"

#include <functional>

#include "base/config_data.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text_file.h"

namespace flanmoe {
namespace {

bool has_placeholder(const std::string& written) {
  return written.starts_with("{data}") || written.starts_with("{home}");
}

// Whether a path leads to something: a file, packed or not, a folder, a pattern in a folder that is there.
bool leads_somewhere(const fs::path& path) {
  std::error_code ignored;
  if (path.filename().string().find('*') != std::string::npos) return fs::is_directory(path.parent_path(), ignored);
  return fs::exists(packed_or_plain(path), ignored);
}

std::string resolved(const ConfigNode& text, const std::string& key) {
  const std::string& written = text.scalar();
  const fs::path& folder = ConfigData::of(text).folder;
  const std::string path = absolute_path(written, folder);
  const bool is_relative = !written.empty() && !has_placeholder(written) && fs::path(written).is_relative();
  if (!folder.empty() && is_relative && !leads_somewhere(path) && leads_somewhere(fs::absolute(written))) {
    fail_input(
        "{}: '{}' names '{}', which leads from the folder of this file to {}, where there is nothing; from the current "
        "folder there is {}, but relative paths of a file lead from its own folder: write the path from there, or the "
        "absolute one",
        text.place(), key, written, path, absolute_path(written));
  }
  return path;
}

using Change = std::function<std::string(const ConfigNode& text, const std::string& key)>;

// `key` is what is left of the path to the value, `whole` all of it.
ConfigNode changed(const ConfigNode& node, std::string_view key, const std::string& whole, const Change& change) {
  auto data = std::make_shared<ConfigData>(ConfigData::of(node));
  if (key.empty()) {
    if (node.is_scalar()) data->scalar = change(node, whole);
    for (ConfigNode& element : data->list) {
      if (element.is_scalar()) element = changed(element, "", whole, change);
    }
    return ConfigNode(std::move(data));
  }
  const size_t dot = key.find('.');
  const std::string_view name = key.substr(0, dot),
                         rest = dot == std::string_view::npos ? std::string_view() : key.substr(dot + 1);
  for (auto& [item, value] : data->map) {
    if (name == "*" || name == item) value = changed(value, rest, whole, change);
  }
  return ConfigNode(std::move(data));
}

}  // namespace

std::string absolute_path(const std::string& written, const fs::path& from) {
  if (written.empty() || has_placeholder(written)) return written;
  std::error_code error;
  fs::path path = fs::absolute(from / written);
  if (!path.has_filename()) path = path.parent_path();  // "w/"
  if (fs::is_directory(path, error)) {
    const fs::path folder = fs::canonical(path, error);
    if (!error) return folder.string();
  }
  // The name of a file stays: a link in a cache of downloads leads to one without an ending.
  const fs::path folder = fs::weakly_canonical(path.parent_path(), error);
  return (error ? path : folder / path.filename()).lexically_normal().string();
}

ConfigNode with_absolute_paths(const ConfigNode& config, const std::vector<std::string>& keys,
                               const std::vector<std::string>& presets_too) {
  ConfigNode result = config;
  for (const std::string& key : keys) result = changed(result, key, key, resolved);
  const Change files_alone = [](const ConfigNode& text, const std::string& key) {
    return text.scalar().ends_with(".yaml") ? resolved(text, key) : text.scalar();
  };
  for (const std::string& key : presets_too) result = changed(result, key, key, files_alone);
  return result;
}

}  // namespace flanmoe
