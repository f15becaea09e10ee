#include "base/config.h"

#include <algorithm>
#include <numeric>

#include "base/config_data.h"
#include "base/error.h"
#include "base/nearest_name.h"

namespace flanmoe {
namespace detail {

ConfigNode make_scalar(std::string text, bool quoted, std::string place) {
  auto data = std::make_shared<ConfigData>();
  data->kind = ConfigData::Kind::kScalar;
  data->scalar = std::move(text);
  data->quoted = quoted;
  data->place = std::move(place);
  return ConfigNode(std::move(data));
}

ConfigNode make_map(ConfigData::Items items, std::string place) {
  auto data = std::make_shared<ConfigData>();
  data->map = std::move(items);
  data->place = std::move(place);
  return ConfigNode(std::move(data));
}

ConfigNode make_list(std::vector<ConfigNode> list, std::string place) {
  auto data = std::make_shared<ConfigData>();
  data->kind = ConfigData::Kind::kList;
  data->list = std::move(list);
  data->place = std::move(place);
  return ConfigNode(std::move(data));
}

std::string join_key(std::string_view section, std::string_view name) {
  return section.empty() ? std::string(name) : fmt::format("{}.{}", section, name);
}

std::string describe_node(const ConfigNode& node) {
  if (node.is_map()) return "a section";
  if (node.is_list()) return "a list";
  return fmt::format("'{}'", printable(node.scalar()));
}

}  // namespace detail

ConfigNode::ConfigNode() : ConfigNode(detail::make_map({})) {}

bool ConfigNode::is_map() const { return data_->kind == ConfigData::Kind::kMap; }
bool ConfigNode::is_list() const { return data_->kind == ConfigData::Kind::kList; }
bool ConfigNode::is_scalar() const { return data_->kind == ConfigData::Kind::kScalar; }
bool ConfigNode::empty() const { return !is_scalar() && data_->map.empty() && data_->list.empty(); }
std::string ConfigNode::place() const { return data_->place; }

const std::string& ConfigNode::scalar() const {
  if (!is_scalar()) fail_input("{}: found {}, expected a single value", place(), detail::describe_node(*this));
  return data_->scalar;
}

std::vector<std::pair<std::string, ConfigNode>> ConfigNode::items() const {
  if (!is_map()) fail_input("{}: found {}, expected a section", place(), detail::describe_node(*this));
  return data_->map;
}

std::vector<ConfigNode> ConfigNode::list() const {
  if (!is_list()) fail_input("{}: found {}, expected a list", place(), detail::describe_node(*this));
  return data_->list;
}

bool ConfigNode::has(std::string_view key) const {
  return std::any_of(data_->map.begin(), data_->map.end(), [&](const auto& item) { return item.first == key; });
}

ConfigNode ConfigNode::at(std::string_view key) const {
  std::vector<std::string> keys;
  for (const auto& [name, node] : items()) {
    if (name == key) return node;
    keys.push_back(name);
  }
  const std::string near = nearest_name(key, keys);
  fail_input("{}: key '{}' is missing{}", place(), key, near.empty() ? "" : fmt::format("; there is '{}'", near));
}

ConfigNode ConfigNode::merged(const ConfigNode& above) const {
  if (!is_map() || !above.is_map()) return above;
  ConfigData::Items items = data_->map;
  for (const auto& [name, node] : above.data_->map) {
    const auto same =
        std::find_if(items.begin(), items.end(), [&key = name](const auto& item) { return item.first == key; });
    if (same == items.end()) {
      items.emplace_back(name, node);
    } else {
      same->second = same->second.merged(node);
    }
  }
  return detail::make_map(std::move(items), above.place());
}

void FieldVisitor::require_within(int64_t value, int64_t least, int64_t most, std::string_view name) {
  require(least <= value && value <= most, name,
          value < least  ? fmt::format("{} or more", least)
          : value > most ? fmt::format("at most {}", most)
                         : fmt::format("{} to {}", least, most));
}

}  // namespace flanmoe
