#include "base/json.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <vector>

#include "base/error.h"

namespace flanmoe {
namespace {

constexpr size_t kMaxDepth = 500;  // copies and dumps recurse

// Text that notes how far it was read, so that a complaint of the builder below has a line.
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
std::string short_reason(const std::string& what, const std::string& last_read) {
  std::string reason = what;
  const std::string read = "; last read: '" + last_read + "'";
  if (const size_t place = reason.find(read); place != std::string::npos) reason.erase(place, read.size());
  if (const size_t id = reason.find("] "); id != std::string::npos) reason = reason.substr(id + 2);
  if (const size_t dash = reason.find(" - "); dash != std::string::npos) reason = reason.substr(dash + 3);
  return reason;
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

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  return json_excerpt(value);
}

[[noreturn]] void wrong_type(const Json& value, const std::string& key, const std::string& where,
                             std::string_view expected) {
  fail_input("{}: '{}' is {}, expected {}", where, key, shown(value), expected);
}

// What the reader tells, as a value. The library's own builder looks through an object for each of its keys, so that
// 100,000 tensors in a header would take it a minute.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::function<void(const std::string&)> fail) : fail_(std::move(fail)) {}
  Json take() { return std::move(root_); }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(int64_t value) { return add(value); }
  bool number_unsigned(uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }  // of other formats
  bool start_object(size_t) { return open(Json::object()); }
  bool end_object() { return close(); }
  bool start_array(size_t) { return open(Json::array()); }
  bool end_array() { return close(); }

  bool key(std::string& key) {
    Open& object = open_.back();
    if (!object.keys.insert(key).second) fail_(fmt::format("key {} appears twice", shown(key)));
    members(object).emplace_back(std::move(key), nullptr);
    return true;
  }

  bool parse_error(size_t, const std::string& last_read, const Json::exception& error) {
    fail_(short_reason(error.what(), last_read));
    return false;
  }

 private:
  struct Open {
    Json* value;
    std::set<std::string> keys;
  };

  static std::vector<std::pair<const std::string, Json>>& members(const Open& object) {
    return object.value->get_ref<Json::object_t&>();
  }

  // Nothing is added to a container while one inside it is open, so places stay where they are.
  Json& put(Json value) {
    if (open_.empty()) return root_ = std::move(value);
    if (!open_.back().value->is_array()) return members(open_.back()).back().second = std::move(value);
    auto& list = open_.back().value->get_ref<Json::array_t&>();
    return list.emplace_back(std::move(value));
  }
  bool add(Json value) {
    put(std::move(value));
    return true;
  }
  bool open(Json value) {
    if (open_.size() > kMaxDepth) fail_(fmt::format("nested more than {} deep", kMaxDepth));
    open_.push_back({&put(std::move(value)), {}});
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::function<void(const std::string&)> fail_;  // throws
  Json root_;
  std::vector<Open> open_;
};

// "; the keys are a, b": a few of them, as a table of somebody else's has them.
std::string keys_there(const Json& object) {
  constexpr size_t kMost = 8;
  std::string text;
  size_t count = 0;
  for (const auto& entry : object.items()) {
    text += fmt::format("{}{}", count == 0 ? "; the keys are " : ", ", count < kMost ? printable(entry.key()) : "...");
    if (count++ == kMost) break;
  }
  return text;
}

}  // namespace

Json parse_json(const std::string& raw, const std::string& name, int64_t line) {
  const std::string text = without_nan(raw);
  const char* const begin = text.data();
  const char* furthest = begin;
  TreeBuilder tree([&](const std::string& reason) {
    const auto lines = std::count(begin, std::min(furthest, begin + text.size()), '\n');
    fail_input("{}:{}: malformed JSON: {}", name, line + lines, reason);
  });
  if (const size_t zero = text.find('\0'); zero != std::string::npos) {
    fail_input("{}:{}: malformed JSON: a zero byte", name, line + std::count(begin, begin + zero, '\n'));
  }
  Json::sax_parse(CountingIterator(begin, &furthest), CountingIterator(begin + text.size(), &furthest), &tree);
  return tree.take();
}

std::string json_excerpt(const Json& value) {
  constexpr size_t kLongest = 60;
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kLongest) text.replace(kLongest, std::string::npos, "...");
  return text;
}

const Json& json_at(const Json& value, const std::string& key, const std::string& where) {
  if (!value.is_object()) fail_input("{}: found {}, expected an object with key '{}'", where, shown(value), key);
  const auto found = value.find(key);
  if (found == value.end()) fail_input("{}: key '{}' is missing{}", where, key, keys_there(value));
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
