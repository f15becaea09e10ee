// Which whole numbers of an options struct take a value above any sense.
#pragma once

#include <string>
#include <vector>

#include "base/config.h"
#include "base/error.h"

namespace flanmoe {

// The full keys of the whole numbers among the fields.
class WholeNumberKeys : public FieldVisitor {
 public:
  void field(std::string_view, bool&, std::string_view) override {}
  void field(std::string_view name, int64_t&, std::string_view) override {
    std::string key;
    for (const std::string& section : sections_) key += section + ".";
    keys.push_back(key + std::string(name));
  }
  void field(std::string_view, double&, std::string_view) override {}
  void field(std::string_view, std::string&, std::string_view) override {}
  void field(std::string_view, std::vector<int64_t>&, std::string_view) override {}
  void field(std::string_view, std::vector<double>&, std::string_view) override {}
  void field(std::string_view, std::vector<std::string>&, std::string_view) override {}
  void field(std::string_view, ConfigNode&, std::string_view) override {}
  void choice(std::string_view, std::string&, const std::vector<std::string>&, std::string_view) override {}
  void require(bool, std::string_view, std::string_view) override {}
  void begin_section(std::string_view name, std::string_view) override { sections_.emplace_back(name); }
  void end_section() override { sections_.pop_back(); }

  std::vector<std::string> keys;

 private:
  std::vector<std::string> sections_;
};

template <class Options>
std::vector<std::string> keys_without_limit() {
  Options options;
  WholeNumberKeys whole_numbers;
  options.fields(whole_numbers);
  std::vector<std::string> unlimited;
  for (const std::string& key : whole_numbers.keys) {
    for (const char* value : {"4611686018427387904", "4294967296"}) {
      try {
        Options loaded;
        load_options(with_overrides(ConfigNode(), {key + "=" + value}), loaded);
        unlimited.push_back(key);
        break;
      } catch (const UserError&) {  // as it should be
      }
    }
  }
  return unlimited;
}

}  // namespace flanmoe
