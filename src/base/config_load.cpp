// Tree -> options. The first wrong value is remembered and reported at the end, after the unknown keys: a misspelt key
// leaves its field at the default, and the complaint about that default would hide the cause.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "base/config_data.h"
#include "base/error.h"
#include "base/nearest_name.h"

namespace flanmoe {
namespace {

[[noreturn]] void wrong_value(const ConfigNode& node, const std::string& key, std::string_view expected) {
  const bool quoted = ConfigData::of(node).quoted;
  fail_input("{}: '{}' is {}{}, expected {}", node.place(), key, detail::describe_node(node),
             quoted ? " in quotes" : "", expected);
}

// The text of a value that is not in quotes, or nothing.
std::optional<std::string> bare_text(const ConfigNode& node) {
  if (!node.is_scalar() || ConfigData::of(node).quoted) return std::nullopt;
  return node.scalar();
}

void convert(const ConfigNode& node, const std::string& key, bool& value) {
  const auto text = bare_text(node);
  if (text != "true" && text != "false") wrong_value(node, key, "true or false");
  value = text == "true";
}

void convert(const ConfigNode& node, const std::string& key, int64_t& value) {
  const auto text = bare_text(node);
  if (!text) wrong_value(node, key, "an integer");
  int64_t parsed = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), parsed);
  if (error == std::errc::result_out_of_range) wrong_value(node, key, "an integer of at most 64 bits");
  // 1e3, 1_000 and 0x10 begin like an integer; 010 would be eight elsewhere.
  const bool begins_well = error == std::errc();
  const bool spelt_well = begins_well && end == text->data() + text->size() && fmt::format("{}", parsed) == *text;
  if (!spelt_well) wrong_value(node, key, begins_well ? "an integer in plain digits, such as 1000" : "an integer");
  value = parsed;
}

void convert(const ConfigNode& node, const std::string& key, double& value) {
  const auto text = bare_text(node);
  if (!text) wrong_value(node, key, "a number");
  double parsed = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), parsed);
  const bool whole = error == std::errc() && end == text->data() + text->size();
  if (!whole || !std::isfinite(parsed)) wrong_value(node, key, "a number");
  value = parsed;
}

void convert(const ConfigNode& node, const std::string& key, std::string& value) {
  if (!node.is_scalar()) wrong_value(node, key, "a text");
  value = node.scalar();
}

void convert(const ConfigNode& node, const std::string&, ConfigNode& value) { value = node; }

template <class T>
void convert(const ConfigNode& node, const std::string& key, std::vector<T>& value) {
  if (!node.is_list()) wrong_value(node, key, "a list, such as [a, b]");
  std::vector<T> converted;
  for (const ConfigNode& element : node.list()) {
    const std::string element_key = fmt::format("{}[{}]", key, converted.size());
    convert(element, element_key, converted.emplace_back());
  }
  value = std::move(converted);
}

// How a value stands in a message about a failed check.
std::string shown(const std::string& value) { return fmt::format("'{}'", printable(value)); }
std::string shown(const ConfigNode& value) { return detail::describe_node(value); }
template <class T>
std::string shown(const T& value) {
  return detail::value_text(value);
}
template <class T>
std::string shown(const std::vector<T>& value) {
  std::string text;
  for (const T& element : value) text += (text.empty() ? "" : ", ") + shown(element);
  return "[" + text + "]";
}

class Loader : public FieldVisitor {
 public:
  explicit Loader(const ConfigNode& config) {
    if (!config.is_map()) fail_input("{}: found {}, expected keys", config.place(), detail::describe_node(config));
    sections_.push_back({"", config, {}});
  }

  void field(std::string_view name, bool& value, std::string_view) override { load(name, value); }
  void field(std::string_view name, int64_t& value, std::string_view) override { load(name, value); }
  void field(std::string_view name, double& value, std::string_view) override { load(name, value); }
  void field(std::string_view name, std::string& value, std::string_view) override { load(name, value); }
  void field(std::string_view name, std::vector<int64_t>& value, std::string_view) override { load(name, value); }
  void field(std::string_view name, std::vector<double>& value, std::string_view) override { load(name, value); }
  void field(std::string_view name, std::vector<std::string>& value, std::string_view) override { load(name, value); }
  void field(std::string_view name, ConfigNode& value, std::string_view) override { load(name, value); }

  void choice(std::string_view name, std::string& value, const std::vector<std::string>& choices,
              std::string_view) override {
    load(name, value);
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) return;
    const std::string near = nearest_name(value, choices);
    const std::string hint = near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
    require(false, name, fmt::format("one of {}{}", fmt::join(choices, ", "), hint));
  }

  void require(bool ok, std::string_view name, std::string_view expected) override {
    if (ok) return;
    const std::string key = detail::join_key(sections_[current_].path, name);
    const auto visited = visited_.find(key);
    FLANMOE_ASSERT(visited != visited_.end());
    remember(fmt::format("{}: '{}' is {}, expected {}", visited->second.place, key, visited->second.value, expected));
  }

  void begin_section(std::string_view name, std::string_view) override {
    const ConfigNode outer = sections_[current_].node;
    Section inner{detail::join_key(sections_[current_].path, name), {}, {}};
    sections_[current_].keys.emplace_back(name);
    visited_[inner.path] = {"a section", detail::kDefaultPlace};
    if (outer.has(name)) {
      const ConfigNode node = outer.at(name);
      visited_[inner.path].place = node.place();
      if (node.is_map()) {
        inner.node = node;
      } else {
        remember(fmt::format("{}: '{}' is {}, expected a section of keys", node.place(), inner.path,
                             detail::describe_node(node)));
      }
    }
    outer_.push_back(current_);
    current_ = sections_.size();
    sections_.push_back(std::move(inner));
  }

  void end_section() override {
    FLANMOE_ASSERT(!outer_.empty());
    current_ = outer_.back();
    outer_.pop_back();
  }

  void finish() const {
    for (const Section& section : sections_) {
      for (const auto& [name, node] : section.node.items()) {
        if (!holds(section.keys, name)) fail_unknown(section, name, node);
      }
    }
    if (!failure_.empty()) throw UserError(failure_);
  }

 private:
  struct Section {
    std::string path;
    ConfigNode node;                // what the configuration holds
    std::vector<std::string> keys;  // what was asked for
  };
  struct Visited {
    std::string value, place;
  };

  static bool holds(const std::vector<std::string>& keys, const std::string& name) {
    return std::find(keys.begin(), keys.end(), name) != keys.end();
  }

  template <class T>
  void load(std::string_view name, T& value) {
    Section& section = sections_[current_];
    const std::string key = detail::join_key(section.path, name);
    section.keys.emplace_back(name);
    std::string place = detail::kDefaultPlace;
    if (section.node.has(name)) {
      const ConfigNode node = section.node.at(name);
      place = node.place();
      try {
        convert(node, key, value);
      } catch (const UserError& error) {
        remember(error.what());
      }
    }
    visited_[key] = {shown(value), place};
  }

  void remember(const std::string& failure) {
    if (failure_.empty()) failure_ = failure;
  }

  [[noreturn]] void fail_unknown(const Section& section, const std::string& name, const ConfigNode& node) const {
    const std::string key = printable(detail::join_key(section.path, name));
    const std::string near = suggestion(section, name);
    if (!near.empty()) fail_input("{}: unknown key '{}'; did you mean '{}'?", node.place(), key, near);
    const std::string owner = section.path.empty() ? "" : fmt::format(" of '{}'", section.path);
    fail_input("{}: unknown key '{}'; the keys{} are {}", node.place(), key, owner, fmt::join(section.keys, ", "));
  }

  // The full key most likely meant: the same name in another section, else a similar one in this section.
  std::string suggestion(const Section& section, const std::string& name) const {
    for (const Section& other : sections_) {
      if (holds(other.keys, name)) return detail::join_key(other.path, name);
    }
    const std::string near = nearest_name(name, section.keys);
    return near.empty() ? "" : detail::join_key(section.path, near);
  }

  std::vector<Section> sections_;  // in the order they were visited; the root first
  size_t current_ = 0;
  std::vector<size_t> outer_;
  std::map<std::string, Visited> visited_;
  std::string failure_;
};

}  // namespace

std::unique_ptr<FieldVisitor> detail::make_loader(const ConfigNode& config) { return std::make_unique<Loader>(config); }

void detail::finish_loader(FieldVisitor& loader) { dynamic_cast<Loader&>(loader).finish(); }

}  // namespace flanmoe
