// Sparse upcycling of a model folder, as `flanmoe upcycle` and an arm of a study do it.
#pragma once

#include <cstdint>
#include <filesystem>

#include "model/upcycle.h"

namespace flanmoe {

// Writes what model/upcycle.h makes of the dense model in `source`, with its tokenizer and a manifest, into `folder`,
// which is there; returns it. `noise` and `seed` as there.
T5Model write_upcycled(const T5Model& dense, const std::filesystem::path& source, const MoeOptions& moe, double noise,
                       uint64_t seed, const std::filesystem::path& folder);

}  // namespace flanmoe
