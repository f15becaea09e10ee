// Numbered examples as batches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "data/batch_source.h"
#include "data/mixture/mixture_options.h"
#include "data/packing.h"

namespace flanmoe {

// Examples by number: a pure function, safe from several threads.
using ExampleAt = std::function<TokenPair(uint64_t index)>;

// Batches of numbered examples: options.examples_per_batch, length_window and pack.
std::unique_ptr<BatchSource> make_example_source(ExampleAt example, const MixtureOptions& options, uint64_t seed,
                                                 std::string description);

}  // namespace flanmoe
