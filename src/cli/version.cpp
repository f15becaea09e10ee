#include "cli/version.h"

#include <fmt/format.h>
#include <torch/headeronly/version.h>

#include "base/machine.h"
#include "base/version.h"

namespace flanmoe {

std::string version_text() {
  return fmt::format("flanmoe {} (commit {}, libtorch {}, built for x86-64-v3, running on {})", kVersion, kCommit,
                     TORCH_VERSION, processor_level());
}

}  // namespace flanmoe
