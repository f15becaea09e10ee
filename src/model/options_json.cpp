#include "model/options_json.h"

#include "base/error.h"

namespace flanmoe {
namespace {

class JsonDumper final : public FieldVisitor {
 public:
  JsonDumper() : open_{&root_} {}
  const Json& root() const { return root_; }

  void field(std::string_view name, bool& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, int64_t& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, double& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, std::string& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, std::vector<int64_t>& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, std::vector<double>& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, std::vector<std::string>& value, std::string_view) override { put(name, value); }
  void field(std::string_view, ConfigNode&, std::string_view) override {
    FLANMOE_ASSERT(false);
  }  // models have no free subtree
  void choice(std::string_view name, std::string& value, const std::vector<std::string>&, std::string_view) override {
    put(name, value);
  }
  void require(bool, std::string_view, std::string_view) override {}
  void begin_section(std::string_view name, std::string_view) override {
    open_.push_back(&((*open_.back())[std::string(name)] = Json::object()));
  }
  void end_section() override { open_.pop_back(); }

 private:
  template <class Value>
  void put(std::string_view name, const Value& value) {
    (*open_.back())[std::string(name)] = value;
  }
  Json root_ = Json::object();
  std::vector<Json*> open_;
};

}  // namespace

Json options_to_json(ModelOptions options) {
  JsonDumper dumper;
  options.fields(dumper);
  return dumper.root();
}

}  // namespace flanmoe
