#include "study/part_name.h"

#include "base/error.h"

namespace flanmoe {

void check_part_name(const std::string& name, const std::string& what, const ConfigNode& node) {
  constexpr std::string_view kSigns = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  if (!name.empty() && name.find_first_not_of(kSigns) == std::string::npos && name.front() != '.') return;
  fail_input("{}: {} is named '{}', expected letters, digits, '_', '-' or '.'", node.place(), what, printable(name));
}

}  // namespace flanmoe
