// What a test reads from a page or a chart: the tags of one kind, with their attributes and texts.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace flanmoe {

struct Element {
  std::map<std::string, std::string> attributes;
  std::string content;  // between the tags, of an element that holds none of its own kind

  std::string at(const std::string& attribute) const;  // "" when it is not there
  double number(const std::string& attribute) const;   // a test fails when it is no finite number
};

// Every `<tag ...>` in the order of the page.
std::vector<Element> elements_of(const std::string& page, const std::string& tag);
// Those whose attribute has this value (of class: holds this word).
std::vector<Element> elements_with(const std::string& page, const std::string& tag, const std::string& attribute,
                                   const std::string& value);
std::vector<std::string> contents_of(const std::vector<Element>& elements);

bool holds(const std::string& page, const std::string& part);
size_t count_of(const std::string& page, const std::string& part);

// Every tag that is opened is closed in its turn, and no text holds a bare < or &.
void expect_well_formed(const std::string& page);

}  // namespace flanmoe
