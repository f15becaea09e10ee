#include "tensor/platform.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/ranges.h>
#include <torch/headeronly/version.h>

#include "base/machine.h"
#include "tensor/device.h"

namespace flanmoe {

Json platform_json() {
  return {
      {"processor", cpu_name()},          {"level", processor_level()},      {"vector_code", at::get_cpu_capability()},
      {"threads", at::get_num_threads()}, {"device", chosen_device().str()}, {"libtorch", TORCH_VERSION}};
}

std::string platform_difference(const Json& there, const Json& here) {
  std::vector<std::string> differences;
  for (const auto& [key, value] : here.items()) {
    if (!there.is_object() || !there.contains(key) || there.at(key) == value) continue;
    differences.push_back(fmt::format("{} {} there, {} here", key, json_excerpt(there.at(key)), json_excerpt(value)));
  }
  return fmt::format("{}", fmt::join(differences, "; "));
}

}  // namespace flanmoe
