// Names with wildcards, as options hold them: * stands for any text, ? for one character.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flanmoe {

bool matches_pattern(const std::string& name, const std::string& pattern);
bool matches_any(const std::string& name, const std::vector<std::string>& patterns);

// Which of `names` the patterns are for; a name with a `*` is that of many tasks whose files are not there
// (ListedTask), wanted by any pattern that one of them could match, unless another name is what the pattern says.
std::vector<bool> wanted_names(const std::vector<std::string>& names, const std::vector<std::string>& patterns);
// Whether some name matches both patterns.
bool patterns_meet(std::string_view a, std::string_view b);

// For messages: the name that `pattern` was probably meant to match, "" when none is near. What stands before the first
// wildcard is compared with as much of each name.
std::string nearest_match(const std::string& pattern, const std::vector<std::string>& names);

}  // namespace flanmoe
