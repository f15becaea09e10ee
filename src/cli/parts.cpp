#include "cli/parts.h"

#include "base/error.h"

namespace flanmoe {

std::function<int()> setup_parts(CLI::App& parser, std::span<const Part> parts) {
  parser.require_subcommand(1);
  std::vector<std::pair<CLI::App*, std::function<int()>>> runs;
  for (const Part& part : parts) {
    CLI::App* own = parser.add_subcommand(part.name, part.help);
    own->fallthrough();
    runs.emplace_back(own, part.setup(*own));
  }
  return [runs] {
    for (const auto& [own, run] : runs) {
      if (own->parsed()) return run();
    }
    return kExitBadInput;
  };
}

}  // namespace flanmoe
