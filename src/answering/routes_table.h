// Routes as rows of one flat CSV table; docs/generate.md describes it for users.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "answering/routes.h"

namespace flanmoe {

// "prompt,stack,layer,position,piece,rank,expert,weight,dropped"
std::string routes_header();

// A row per route, without line ends; `prompt` is the prompt's number. A token that no expert has and none dropped
// (under expert choice) has one row, without rank, expert and weight.
std::vector<std::string> routes_rows(int64_t prompt, const std::vector<RoutedLayer>& layers);

}  // namespace flanmoe
