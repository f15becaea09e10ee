// A command that is made of parts, such as `flanmoe data list`.
#pragma once

#include <span>

#include "cli/command.h"

namespace flanmoe {

struct Part {
  const char* name;
  const char* help;
  CommandSetup setup;
};

// Asks for one of the parts, and runs it. -q and -v may stand behind its name.
std::function<int()> setup_parts(CLI::App& parser, std::span<const Part> parts);

}  // namespace flanmoe
