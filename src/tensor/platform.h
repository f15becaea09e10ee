// What decides the last bits of a result beside seed and inputs: the processor, the code that libtorch chose for it,
// the number of threads, the device, and libtorch itself (docs/numerics.md).
#pragma once

#include "base/json.h"

namespace flanmoe {

// {"processor": "AMD EPYC", "level": "x86-64-v4, bfloat16", "vector_code": "AVX512", "threads": 2, "device": "cpu",
// "libtorch": "2.13.0"}
Json platform_json();

// "" when results on both are the same bits by promise, else what differs: "2 threads there, 1 here; ...". A key that
// one of them lacks (records of an older flanmoe) is no difference.
std::string platform_difference(const Json& there, const Json& here);

}  // namespace flanmoe
