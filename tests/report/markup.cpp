#include "report/markup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

namespace flanmoe {
namespace {

// name="value" pairs of `<tag name="value" ...>`.
std::map<std::string, std::string> attributes_of(const std::string& tag) {
  std::map<std::string, std::string> attributes;
  size_t at = tag.find(' ');
  while (at != std::string::npos) {
    const size_t begin = tag.find_first_not_of(' ', at), middle = tag.find("=\"", at);
    if (middle == std::string::npos) break;
    const size_t end = tag.find('"', middle + 2);
    const bool is_new =
        attributes.emplace(tag.substr(begin, middle - begin), tag.substr(middle + 2, end - middle - 2)).second;
    EXPECT_TRUE(is_new) << "an attribute stands twice in " << tag;
    at = end + 1;
  }
  return attributes;
}

bool has_word(const std::string& text, const std::string& word) {
  std::istringstream stream(text);
  for (std::string one; stream >> one;) {
    if (one == word) return true;
  }
  return false;
}

// "&lt;" and the like.
bool is_entity(const std::string& page, size_t at) {
  const size_t end = page.find(';', at);
  static const std::set<std::string> kKnown = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&shy;"};
  return end != std::string::npos && kKnown.contains(page.substr(at, end - at + 1));
}

}  // namespace

std::string Element::at(const std::string& attribute) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? "" : found->second;
}

double Element::number(const std::string& attribute) const {
  const std::string text = at(attribute);
  size_t used = 0;
  double value = std::nan("");
  if (!text.empty() && text.find_first_not_of("-.0123456789") == std::string::npos) value = std::stod(text, &used);
  EXPECT_TRUE(std::isfinite(value) && used == text.size()) << attribute << " is '" << text << "'";
  return value;
}

std::vector<Element> elements_of(const std::string& page, const std::string& tag) {
  std::vector<Element> elements;
  const std::string open = "<" + tag, close = "</" + tag + ">";
  for (size_t at = page.find(open); at != std::string::npos; at = page.find(open, at + 1)) {
    const char after = page[at + open.size()];
    if (after != ' ' && after != '>') continue;
    const size_t end = page.find('>', at);
    Element element{attributes_of(page.substr(at, end - at)), ""};
    if (page[end - 1] != '/') element.content = page.substr(end + 1, page.find(close, end) - end - 1);
    elements.push_back(std::move(element));
  }
  return elements;
}

std::vector<Element> elements_with(const std::string& page, const std::string& tag, const std::string& attribute,
                                   const std::string& value) {
  std::vector<Element> elements = elements_of(page, tag);
  std::erase_if(elements, [&](const Element& element) {
    const std::string found = element.at(attribute);
    return attribute == "class" ? !has_word(found, value) : found != value;
  });
  return elements;
}

std::vector<std::string> contents_of(const std::vector<Element>& elements) {
  std::vector<std::string> contents;
  for (const Element& element : elements) contents.push_back(element.content);
  return contents;
}

bool holds(const std::string& page, const std::string& part) { return page.find(part) != std::string::npos; }

size_t count_of(const std::string& page, const std::string& part) {
  size_t count = 0;
  for (size_t at = page.find(part); at != std::string::npos; at = page.find(part, at + 1)) ++count;
  return count;
}

void expect_well_formed(const std::string& page) {
  static const std::set<std::string> kAlone = {"br", "meta", "!DOCTYPE"};
  std::vector<std::string> open;
  for (size_t at = page.find_first_of("<&"); at != std::string::npos; at = page.find_first_of("<&", at + 1)) {
    if (page[at] == '&') {
      ASSERT_TRUE(is_entity(page, at)) << page.substr(at, 40);
      continue;
    }
    const size_t end = page.find('>', at);
    ASSERT_NE(end, std::string::npos) << page.substr(at, 40);
    const std::string tag = page.substr(at + 1, end - at - 1), name = tag.substr(0, tag.find_first_of(" \n"));
    at = end;
    if (tag.ends_with("/") || kAlone.contains(name)) continue;
    if (!tag.starts_with("/")) {
      open.push_back(name);
      continue;
    }
    ASSERT_FALSE(open.empty()) << "</" << name << "> closes nothing";
    ASSERT_EQ("/" + open.back(), name) << "before: " << page.substr(at > 200 ? at - 200 : 0, 200);
    open.pop_back();
  }
  EXPECT_TRUE(open.empty()) << open.back() << " is not closed";
}

}  // namespace flanmoe
