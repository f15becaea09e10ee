// What a fuzz target demands of the code under it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

#define FUZZ_CHECK(condition) \
  ((condition) ? void(0)      \
               : (std::fprintf(stderr, "%s:%d: '%s' does not hold\n", __FILE__, __LINE__, #condition), std::abort()))

// A refusal begins with the name of the file, "fuzzed", and is one line without control characters.
inline void check_message(std::string_view message) {
  FUZZ_CHECK(message.starts_with("fuzzed"));
  for (const char c : message) FUZZ_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}
