// Values of files.
#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace flanmoe {
namespace {

void refuse_not_finite(const Json& value, const std::string& key, const std::filesystem::path& path) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    fail_run("cannot write {}: '{}' is {}, expected a finite number", path.string(), key, value.get<double>());
  }
  if (value.is_object()) {
    for (const auto& [name, inner] : value.items())
      refuse_not_finite(inner, key.empty() ? name : key + "." + name, path);
  } else if (value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) refuse_not_finite(value[i], fmt::format("{}[{}]", key, i), path);
  }
}

}  // namespace

Json read_json(const std::filesystem::path& path) { return parse_json(read_text(path), path.string()); }

void write_json(const std::filesystem::path& path, const Json& value) {
  refuse_not_finite(value, "", path);
  std::string text;
  try {
    text = value.dump(2);
  } catch (const Json::exception&) {
    fail_run("cannot write {}: a text in it is not valid UTF-8", path.string());
  }
  write_atomically(path, text + "\n");
}

}  // namespace flanmoe
