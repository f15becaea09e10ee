// What program this is.
#pragma once

#include <string>

namespace flanmoe {

extern const char* const
    kCommit;  // written by the build (cmake/commit.cmake): "ffd5424f1c", "+" behind it with changes

// "flanmoe 0.1.0 (commit ffd5424f1c, libtorch 2.13.0, built for x86-64-v3, running on x86-64-v4, bfloat16, int8)"
std::string version_text();

}  // namespace flanmoe
