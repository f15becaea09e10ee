// Tree -> YAML text. Lists of plain values stand on one line, everything else one entry a line.
#include <algorithm>
#include <cctype>

#include "base/config_data.h"
#include "base/error.h"

namespace flanmoe {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Texts that mean themselves without quotes wherever they stand, between commas too.
bool is_plain(const std::string& text) {
  if (text.empty()) return false;
  const bool number_start = text.size() > 1 && (text[0] == '-' || text[0] == '.') && is_digit(text[1]);
  if (!is_letter(text[0]) && !is_digit(text[0]) && text[0] != '_' && text[0] != '/' && !number_start) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '/' || c == '+' || c == '-';
  });
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        result += "\\\"";
        break;
      case '\\':
        result += "\\\\";
        break;
      case '\n':
        result += "\\n";
        break;
      case '\t':
        result += "\\t";
        break;
      case '\r':
        result += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
          result += c;
        }
    }
  }
  return result + '"';
}

std::string scalar_yaml(const std::string& text, bool is_text) {
  return is_plain(text) && !(is_text && detail::looks_typed(text)) ? text : quoted(text);
}

bool fits_one_line(const ConfigNode& node) {
  const ConfigData& data = ConfigData::of(node);
  return node.is_scalar() || node.empty() ||
         (node.is_list() &&
          std::all_of(data.list.begin(), data.list.end(), [](const auto& e) { return e.is_scalar(); }));
}

std::string one_line(const ConfigNode& node) {
  const ConfigData& data = ConfigData::of(node);
  if (node.is_scalar()) return scalar_yaml(data.scalar, data.quoted);
  if (node.is_map()) return "{}";
  std::string text;
  for (const ConfigNode& element : data.list) text += (text.empty() ? "" : ", ") + one_line(element);
  return "[" + text + "]";
}

void write_block(const ConfigNode& node, const std::string& indent, std::string& out);

void write_map(const ConfigNode& node, const std::string& indent, std::string& out) {
  bool first = true;
  for (const auto& [key, value] : ConfigData::of(node).map) {
    // The first line of a block inside a list stands behind its dash.
    out += (first ? "" : indent) + scalar_yaml(key, true) + ":";
    first = false;
    if (fits_one_line(value)) {
      out += " " + one_line(value) + "\n";
    } else {
      out += "\n" + indent + "  ";
      write_block(value, indent + "  ", out);
    }
  }
}

void write_block(const ConfigNode& node, const std::string& indent, std::string& out) {
  if (fits_one_line(node)) {
    out += one_line(node) + "\n";
  } else if (node.is_map()) {
    write_map(node, indent, out);
  } else {
    bool first = true;
    for (const ConfigNode& element : ConfigData::of(node).list) {
      out += (first ? "" : indent) + std::string("- ");
      first = false;
      write_block(element, indent + "  ", out);
    }
  }
}

}  // namespace

bool detail::looks_typed(const std::string& text) {
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  static const std::vector<std::string> words = {"null", "true", "false", "yes", "no", "on", "off"};
  if (std::find(words.begin(), words.end(), lower) != words.end()) return true;
  return !text.empty() && (is_digit(text[0]) || text[0] == '-' || text[0] == '.');
}

std::string ConfigNode::to_yaml() const {
  std::string text;
  write_block(*this, "", text);
  return text;
}

}  // namespace flanmoe
