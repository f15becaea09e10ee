// The parts of `flanmoe data`: one small file each. Every setup adds its options to the parser it is given and returns
// what runs. Defined in cli/data_*.cpp.
#pragma once

#include "cli/command.h"

namespace flanmoe {

std::function<int()> setup_data_make(CLI::App& parser);
std::function<int()> setup_data_list(CLI::App& parser);
std::function<int()> setup_data_show(CLI::App& parser);
std::function<int()> setup_data_stats(CLI::App& parser);
std::function<int()> setup_data_check(CLI::App& parser);
std::function<int()> setup_data_build(CLI::App& parser);

}  // namespace flanmoe
