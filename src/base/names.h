// The values of an enum by their names in files, options and messages. Beside each such enum stands its table:
//   constexpr std::array<Named<Stack>, 2> names_of(Stack) { return {{{Stack::kEncoder, "encoder"}, ...}}; }
// Code compares values; names are for files, options and messages.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace flanmoe {

template <class Enum>
struct Named {
  Enum value;
  std::string_view name;
};

template <class Enum>
std::string name_of(Enum value) {
  for (const Named<Enum>& entry : names_of(Enum{})) {
    if (entry.value == value) return std::string(entry.name);
  }
  FLANMOE_ASSERT(false);
  return "";
}

template <class Enum>
std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const Named<Enum>& entry : names_of(Enum{})) names.emplace_back(entry.name);
  return names;
}

// Nothing for a name that is none.
template <class Enum>
std::optional<Enum> value_named(std::string_view name) {
  for (const Named<Enum>& entry : names_of(Enum{})) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

}  // namespace flanmoe
