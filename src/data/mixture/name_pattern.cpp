#include "data/mixture/name_pattern.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

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

bool patterns_meet(std::string_view a, std::string_view b) {
  if (b.starts_with('*')) std::swap(a, b);
  if (a.starts_with('*'))  // stands for nothing, or for what the other begins with
    return patterns_meet(a.substr(1), b) || (!b.empty() && patterns_meet(a, b.substr(1)));
  if (a.empty() || b.empty()) return a.empty() && b.empty();
  const bool same = a[0] == b[0] || a[0] == '?' || b[0] == '?';
  return same && patterns_meet(a.substr(1), b.substr(1));
}

std::vector<bool> wanted_names(const std::vector<std::string>& names, const std::vector<std::string>& patterns) {
  std::vector<bool> wanted(names.size(), false);
  for (const std::string& pattern : patterns) {
    const bool is_there = std::find(names.begin(), names.end(), pattern) != names.end();
    for (size_t i = 0; i < names.size(); ++i) {
      if (is_there ? names[i] == pattern : matches_pattern(names[i], pattern) || patterns_meet(names[i], pattern))
        wanted[i] = true;
    }
  }
  return wanted;
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
