// What a fuzz target demands of the code under it.
#pragma once

#include <cstdio>
#include <cstdlib>

#define FUZZ_CHECK(condition) \
  ((condition) ? void(0)      \
               : (std::fprintf(stderr, "%s:%d: '%s' does not hold\n", __FILE__, __LINE__, #condition), std::abort()))
