// The program's version.
#pragma once

namespace flanmoe {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace flanmoe
