// Strict configuration: YAML presets that name a parent and list differences, `a.b=value` overrides on top. Every
// options struct has one field list, `void fields(FieldVisitor&)`, which gives load, override, help, dump and
// the unknown-key check. A wrong key stops the run with file, line, the key's full name and the nearest valid key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/names.h"

namespace flanmoe {

struct ConfigData;  // one node of the merged tree, with the place each value came from

// A merged configuration tree (a map, list or scalar). Cheap to copy; immutable from outside.
class ConfigNode {
 public:
  ConfigNode();  // an empty map
  explicit ConfigNode(std::shared_ptr<const ConfigData> data) : data_(std::move(data)) {}

  bool is_map() const;
  bool is_list() const;
  bool is_scalar() const;
  bool empty() const;                                             // empty map or list
  std::string place() const;                                      // "configs/study/mini.yaml:12" or "command line"
  const std::string& scalar() const;                              // requires is_scalar()
  std::vector<std::pair<std::string, ConfigNode>> items() const;  // of a map, in file order
  std::vector<ConfigNode> list() const;                           // of a list
  bool has(std::string_view key) const;                           // of a map
  ConfigNode at(std::string_view key) const;                      // of a map; UserError when absent
  ConfigNode merged(const ConfigNode& above) const;  // maps merge key by key, anything else is replaced; `above` wins
  std::string to_yaml() const;                       // without places; accepted back by parse_config

 private:
  std::shared_ptr<const ConfigData> data_;
  friend struct ConfigData;
};

// Parses YAML text; `name` stands in messages. Duplicate keys, anchors and tags are refused.
ConfigNode parse_config(const std::string& text, const std::string& name);

// Reads a YAML file, follows `parent: other.yaml` (relative to the file; cycles are refused) and merges.
ConfigNode load_config(const std::filesystem::path& path);

// Applies `a.b.c=value` overrides (value is YAML: number, string, [list], {map}).
ConfigNode with_overrides(const ConfigNode& config, const std::vector<std::string>& overrides);

// Visits the fields of an options struct. `name` is the key; `help`, one line with unit and range, is what describes
// the option, and its member's comment says only what a user need not know.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void field(std::string_view name, bool& value, std::string_view help) = 0;
  virtual void field(std::string_view name, int64_t& value, std::string_view help) = 0;
  virtual void field(std::string_view name, double& value, std::string_view help) = 0;
  virtual void field(std::string_view name, std::string& value, std::string_view help) = 0;
  virtual void field(std::string_view name, std::vector<int64_t>& value, std::string_view help) = 0;
  virtual void field(std::string_view name, std::vector<double>& value, std::string_view help) = 0;
  virtual void field(std::string_view name, std::vector<std::string>& value, std::string_view help) = 0;
  virtual void field(std::string_view name, ConfigNode& value, std::string_view help) = 0;  // free subtree

  // A string that must be one of `choices`.
  virtual void choice(std::string_view name, std::string& value, const std::vector<std::string>& choices,
                      std::string_view help) = 0;
  // One of an enum's values, by its name.
  template <class Enum>
  requires std::is_enum_v<Enum>
  void choice(std::string_view name, Enum& value, std::string_view help) {
    std::string text = name_of(value);
    choice(name, text, all_names<Enum>(), help);
    value = value_named<Enum>(text).value_or(value);  // a name that is none is refused above
  }
  // A number that may be absent, which `absent` stands for in files.
  template <class Number>
  void field(std::string_view name, std::optional<Number>& value, Number absent, std::string_view help) {
    Number number = value.value_or(absent);
    field(name, number, help);
    value = number == absent ? std::nullopt : std::optional(number);
  }
  // A check on the value just visited: fails the load with the key's place, value and `expected` when `ok` is false.
  virtual void require(bool ok, std::string_view name, std::string_view expected) = 0;
  // The same for a number that must lie from `least` to `most`.
  void require_within(int64_t value, int64_t least, int64_t most, std::string_view name);

  virtual void begin_section(std::string_view name, std::string_view help) = 0;
  virtual void end_section() = 0;
  template <class Options>
  void section(std::string_view name, Options& options, std::string_view help) {
    begin_section(name, help);
    options.fields(*this);
    end_section();
  }
};

namespace detail {
std::unique_ptr<FieldVisitor> make_loader(const ConfigNode& config);
void finish_loader(FieldVisitor& loader);  // throws on keys nobody asked for
std::unique_ptr<FieldVisitor> make_dumper();
std::string finish_dumper(FieldVisitor& dumper);
std::unique_ptr<FieldVisitor> make_helper();
std::string finish_helper(FieldVisitor& helper);
}  // namespace detail

// Fills `options` (already holding defaults) from `config`; UserError on any unknown key, wrong type or failed check.
template <class Options>
void load_options(const ConfigNode& config, Options& options) {
  auto loader = detail::make_loader(config);
  options.fields(*loader);
  detail::finish_loader(*loader);
}

// The options as YAML, every field, in field-list order; accepted back by load_options.
template <class Options>
std::string dump_options(Options options) {
  auto dumper = detail::make_dumper();
  options.fields(*dumper);
  return detail::finish_dumper(*dumper);
}

// One line per field: full key, type, default, help.
template <class Options>
std::string describe_options(Options options = {}) {
  auto helper = detail::make_helper();
  options.fields(*helper);
  return detail::finish_helper(*helper);
}

}  // namespace flanmoe
