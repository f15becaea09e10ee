// Options -> YAML text and help text.
#include <algorithm>

#include "base/config_data.h"
#include "base/error.h"

namespace flanmoe {

std::string detail::value_text(bool value) { return value ? "true" : "false"; }
std::string detail::value_text(int64_t value) { return fmt::format("{}", value); }
std::string detail::value_text(double value) { return fmt::format("{}", value); }

namespace {

ConfigNode node_of(const std::string& value) { return detail::make_scalar(value, true); }
template <class T>
ConfigNode node_of(const T& value) {
  return detail::make_scalar(detail::value_text(value), false);
}
template <class T>
ConfigNode node_of(const std::vector<T>& value) {
  std::vector<ConfigNode> list;
  for (const T& element : value) list.push_back(node_of(element));
  return detail::make_list(std::move(list));
}

class Dumper : public FieldVisitor {
 public:
  void field(std::string_view name, bool& value, std::string_view) override { add(name, node_of(value)); }
  void field(std::string_view name, int64_t& value, std::string_view) override { add(name, node_of(value)); }
  void field(std::string_view name, double& value, std::string_view) override { add(name, node_of(value)); }
  void field(std::string_view name, std::string& value, std::string_view) override { add(name, node_of(value)); }
  void field(std::string_view name, std::vector<int64_t>& value, std::string_view) override {
    add(name, node_of(value));
  }
  void field(std::string_view name, std::vector<double>& value, std::string_view) override {
    add(name, node_of(value));
  }
  void field(std::string_view name, std::vector<std::string>& value, std::string_view) override {
    add(name, node_of(value));
  }
  void field(std::string_view name, ConfigNode& value, std::string_view) override { add(name, value); }
  void choice(std::string_view name, std::string& value, const std::vector<std::string>&, std::string_view) override {
    add(name, node_of(value));
  }
  void require(bool, std::string_view, std::string_view) override {}

  void begin_section(std::string_view name, std::string_view) override { open_.push_back({std::string(name), {}}); }
  void end_section() override {
    Section done = std::move(open_.back());
    open_.pop_back();
    FLANMOE_ASSERT(!open_.empty());
    add(done.name, detail::make_map(std::move(done.items)));
  }

  std::string finish() const { return detail::make_map(open_.front().items).to_yaml(); }

 private:
  struct Section {
    std::string name;
    ConfigData::Items items;
  };

  void add(std::string_view name, ConfigNode node) { open_.back().items.emplace_back(name, std::move(node)); }

  std::vector<Section> open_ = {{"", {}}};
};

class Helper : public FieldVisitor {
 public:
  void field(std::string_view name, bool& value, std::string_view help) override {
    add(name, "true|false", node_of(value), help);
  }
  void field(std::string_view name, int64_t& value, std::string_view help) override {
    add(name, "integer", node_of(value), help);
  }
  void field(std::string_view name, double& value, std::string_view help) override {
    add(name, "number", node_of(value), help);
  }
  void field(std::string_view name, std::string& value, std::string_view help) override {
    add(name, "text", node_of(value), help);
  }
  void field(std::string_view name, std::vector<int64_t>& value, std::string_view help) override {
    add(name, "integers", node_of(value), help);
  }
  void field(std::string_view name, std::vector<double>& value, std::string_view help) override {
    add(name, "numbers", node_of(value), help);
  }
  void field(std::string_view name, std::vector<std::string>& value, std::string_view help) override {
    add(name, "texts", node_of(value), help);
  }
  void field(std::string_view name, ConfigNode& value, std::string_view help) override {
    add(name, "section", value, help);
  }
  void choice(std::string_view name, std::string& value, const std::vector<std::string>& choices,
              std::string_view help) override {
    add(name, "text", node_of(value), fmt::format("{} (one of {})", help, fmt::join(choices, ", ")));
  }
  // What is expected of a value stands behind its help.
  void require(bool, std::string_view name, std::string_view expected) override {
    const std::string key = detail::join_key(sections_.back(), name);
    for (Line& line : lines_) {
      if (line.key == key) line.expected += (line.expected.empty() ? "" : ", ") + std::string(expected);
    }
  }

  void begin_section(std::string_view name, std::string_view) override {
    sections_.push_back(detail::join_key(sections_.back(), name));
  }
  void end_section() override { sections_.pop_back(); }

  std::string finish() const {
    size_t key_width = 0, default_width = 0;
    for (const Line& line : lines_) {
      key_width = std::max(key_width, line.key.size());
      default_width = std::max(default_width, line.initial.size());
    }
    std::string text;
    for (const Line& line : lines_) {
      const std::string expected = line.expected.empty() ? "" : fmt::format(" ({})", line.expected);
      text += fmt::format("{:<{}}  {:<10}  {:<{}}  {}{}\n", line.key, key_width, line.type, line.initial, default_width,
                          line.help, expected);
    }
    return text;
  }

 private:
  struct Line {
    std::string key, type, initial, help, expected = {};
  };

  void add(std::string_view name, std::string_view type, const ConfigNode& value, std::string_view help) {
    std::string initial = value.is_map() && !value.empty() ? "{...}" : value.to_yaml();
    std::replace(initial.begin(), initial.end(), '\n', ' ');
    initial.erase(initial.find_last_not_of(' ') + 1);
    lines_.push_back({detail::join_key(sections_.back(), name), std::string(type), initial, std::string(help)});
  }

  std::vector<std::string> sections_ = {""};
  std::vector<Line> lines_;
};

}  // namespace

std::unique_ptr<FieldVisitor> detail::make_dumper() { return std::make_unique<Dumper>(); }
std::string detail::finish_dumper(FieldVisitor& dumper) { return dynamic_cast<Dumper&>(dumper).finish(); }
std::unique_ptr<FieldVisitor> detail::make_helper() { return std::make_unique<Helper>(); }
std::string detail::finish_helper(FieldVisitor& helper) { return dynamic_cast<Helper&>(helper).finish(); }

}  // namespace flanmoe
