#include "data/mixture/name_pattern.h"

#include <fnmatch.h>

#include <algorithm>

#include "base/config.h"
#include "base/nearest_name.h"

namespace flanmoe {

bool matches_pattern(const std::string& name, const std::string& pattern) {
  return name == pattern || ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

bool matches_any(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&name](const std::string& pattern) { return matches_pattern(name, pattern); });
}

std::string nearest_match(const std::string& pattern, const std::vector<std::string>& names) {
  const size_t wildcard = pattern.find_first_of("*?");
  if (wildcard == std::string::npos) return nearest_name(pattern, names);
  std::vector<std::string> heads;
  for (const std::string& name : names) heads.push_back(name.substr(0, wildcard));
  const std::string nearest = nearest_name(pattern.substr(0, wildcard), heads);
  const auto found = std::find(heads.begin(), heads.end(), nearest);
  return nearest.empty() ? "" : names[static_cast<size_t>(found - heads.begin())];
}

}  // namespace flanmoe
