#include "base/foreign_keys.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/nearest_name.h"

namespace flanmoe {
namespace {

const ForeignKey* found_key(SettingsFile kind, std::string_view key) {
  const std::vector<ForeignKey>& table = foreign_keys(kind);
  const auto found = std::find_if(table.begin(), table.end(), [key](const ForeignKey& one) { return one.key == key; });
  return found == table.end() ? nullptr : &*found;
}

// The key's row; a config.json may hold decoding keys, whose values count only where answers are generated.
const ForeignKey* row_of(SettingsFile kind, std::string_view key) {
  static constexpr ForeignKey kDecodingKey{"", KeyUse::kHarmless, "", ""};
  if (const ForeignKey* found = found_key(kind, key)) return found;
  return kind == SettingsFile::kModel && is_foreign_key(SettingsFile::kDecoding, key) ? &kDecodingKey : nullptr;
}

bool is_one_of(const Json& value, std::string_view values) {
  if (value.is_null()) return true;
  const Json allowed = Json::parse(values);
  return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

// "1", "null" where nothing else will do
std::string listed(std::string_view values) {
  std::string text;
  for (const Json& value : Json::parse(values)) text += (text.empty() ? "" : " or ") + value.dump();
  return text.empty() ? "null" : text;
}

std::vector<std::string> known_names(SettingsFile kind) {
  std::vector<std::string> names;
  for (const ForeignKey& row : foreign_keys(kind)) names.emplace_back(row.key);
  if (kind != SettingsFile::kModel) return names;
  for (const ForeignKey& row : foreign_keys(SettingsFile::kDecoding)) names.emplace_back(row.key);
  return names;
}

// A letter or two that are wrong, missing or too many: more is another word.
constexpr size_t kMostSlips = 2;

void tell_unknown(const Json& settings, SettingsFile kind, const std::string& file, const std::string& key) {
  const std::string nearest = nearest_name(key, known_names(kind));
  const ForeignKey* row = nearest.empty() ? nullptr : found_key(kind, nearest);
  const bool decides = row != nullptr && row->use != KeyUse::kHarmless && !settings.contains(nearest);
  if (decides && edit_distance(key, nearest) <= kMostSlips) {
    fail_input("{}: the key '{}' is unknown; did you mean '{}', which is not there?", file, printable(key), nearest);
  }
  log_warn("{}: the key '{}' is unknown and not read{}", file, printable(key),
           nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

// The place of the first bare NaN outside texts, npos when there is none.
size_t bare_nan(std::string_view text) {
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && text.substr(i).starts_with("NaN")) {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool is_foreign_key(SettingsFile kind, std::string_view key) { return found_key(kind, key) != nullptr; }

void check_foreign_keys(const Json& settings, SettingsFile kind, const std::string& file) {
  for (const auto& [key, value] : settings.items()) {
    const ForeignKey* row = row_of(kind, key);
    if (row == nullptr) {
      tell_unknown(settings, kind, file, key);
    } else if (row->use == KeyUse::kOnly && !is_one_of(value, row->values)) {
      fail_input("{}: '{}' is {}, expected {}: {}", file, key, json_excerpt(value), listed(row->values), row->reason);
    } else if (row->use == KeyUse::kTold && !is_one_of(value, row->values)) {
      log_warn("{}: '{}' is {}: {}", file, key, json_excerpt(value), row->reason);
    }
  }
}

Json read_settings(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  if (const size_t place = bare_nan(text); place != std::string::npos) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n');
    fail_input("{}:{}: NaN stands for a value; expected a number, or the key left out", path.string(), line);
  }
  return parse_json(text, path.string());
}

}  // namespace flanmoe
