#include "base/json.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {
namespace {

constexpr int kMaxDepth = 500;  // copies and dumps recurse

// Text that notes how far it was read, so that a complaint of the callback below has a line.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

// "[json.exception...] parse error at line 1, column 5: syntax error while parsing value - unexpected ']'; last read:
// '[1,]'" -> "unexpected ']'". What was last read may be long or no valid text.
std::string short_reason(const std::string& what) {
  std::string reason = what;
  if (const size_t id = reason.find("] "); id != std::string::npos) reason = reason.substr(id + 2);
  if (const size_t dash = reason.find(" - "); dash != std::string::npos) reason = reason.substr(dash + 3);
  const size_t read = reason.find("; last read: ");
  if (read == std::string::npos) return reason;
  const size_t expected = reason.find("; expected ", read);
  return reason.substr(0, read) + (expected == std::string::npos ? "" : reason.substr(expected));
}

// Every bare NaN outside texts becomes null (and a blank is left over for none, so places stay right to the line).
std::string without_nan(const std::string& text) {
  if (text.find("NaN") == std::string::npos) return text;
  std::string result;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\' && i + 1 < text.size()) {
      result += text[i++];
    } else if (text[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && text.compare(i, 3, "NaN") == 0) {
      result += "null";
      i += 2;
      continue;
    }
    result += text[i];
  }
  return result;
}

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

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  constexpr size_t kLongest = 60;
  const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

[[noreturn]] void wrong_type(const Json& value, const std::string& key, const std::string& where,
                             std::string_view expected) {
  fail_input("{}: '{}' is {}, expected {}", where, key, shown(value), expected);
}

}  // namespace

Json parse_json(const std::string& raw, const std::string& name, int64_t line) {
  const std::string text = without_nan(raw);
  const char* const begin = text.data();
  const char* furthest = begin;
  const auto fail_at = [&](const char* at, const std::string& reason) {
    const auto lines = std::count(begin, std::min(at, begin + text.size()), '\n');
    fail_input("{}:{}: malformed JSON: {}", name, line + lines, reason);
  };
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kMaxDepth) fail_at(furthest, fmt::format("nested more than {} deep", kMaxDepth));
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      fail_at(furthest, fmt::format("key {} appears twice", shown(value)));
    }
    return true;
  };
  try {
    return Json::parse(CountingIterator(begin, &furthest), CountingIterator(begin + text.size(), &furthest), check);
  } catch (const Json::exception& error) {
    fail_at(furthest, short_reason(error.what()));
  }
  return {};
}

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

const Json& json_at(const Json& value, const std::string& key, const std::string& where) {
  if (!value.is_object()) fail_input("{}: found {}, expected an object with key '{}'", where, shown(value), key);
  const auto found = value.find(key);
  if (found == value.end()) fail_input("{}: key '{}' is missing", where, key);
  return *found;
}

std::string json_string(const Json& value, const std::string& key, const std::string& where) {
  const Json& found = json_at(value, key, where);
  if (!found.is_string()) wrong_type(found, key, where, "a text");
  return found.get<std::string>();
}

int64_t json_int(const Json& value, const std::string& key, const std::string& where) {
  const Json& found = json_at(value, key, where);
  const bool fits = !found.is_number_unsigned() || found.get<uint64_t>() <= uint64_t{INT64_MAX};
  if (!found.is_number_integer() || !fits) wrong_type(found, key, where, "an integer");
  return found.get<int64_t>();
}

double json_number(const Json& value, const std::string& key, const std::string& where) {
  const Json& found = json_at(value, key, where);
  if (!found.is_number()) wrong_type(found, key, where, "a number");
  return found.get<double>();
}

}  // namespace flanmoe
