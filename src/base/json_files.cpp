// Values of files.
#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace flanmoe {
namespace {

void refuse_not_finite(const Json& value, const std::string& key, const std::string& name) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    fail_run("cannot write {}: '{}' is {}, expected a finite number", name, key, value.get<double>());
  }
  if (value.is_object()) {
    for (const auto& [inner_key, inner] : value.items())
      refuse_not_finite(inner, key.empty() ? inner_key : key + "." + inner_key, name);
  } else if (value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) refuse_not_finite(value[i], fmt::format("{}[{}]", key, i), name);
  }
}

}  // namespace

Json read_json(const std::filesystem::path& path) { return parse_json(read_text(path), path.string()); }

std::string json_line(const Json& value, const std::string& name) {
  refuse_not_finite(value, "", name);
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string json_page(const Json& value, const std::string& name) {
  refuse_not_finite(value, "", name);
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_json(const std::filesystem::path& path, const Json& value) {
  refuse_not_finite(value, "", path.string());
  std::string text;
  try {
    text = value.dump(2);
  } catch (const Json::exception&) {
    fail_run("cannot write {}: a text in it is not valid UTF-8", path.string());
  }
  write_atomically(path, text + "\n");
}

}  // namespace flanmoe
