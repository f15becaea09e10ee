// Where tensors are computed: like the number of threads one thing per process, said once (--device).
#pragma once

#include <ATen/core/Tensor.h>

#include <array>

#include "base/names.h"

namespace flanmoe {

enum class DeviceName { kCpu, kCuda };
constexpr std::array<Named<DeviceName>, 2> names_of(DeviceName) {
  return {{{DeviceName::kCpu, "cpu"}, {DeviceName::kCuda, "cuda"}}};
}

// The CPU until another one is chosen. UserError where this build or this machine has it not.
void choose_device(DeviceName name);
at::Device chosen_device();

void choose_device(at::Device device);  // any that libtorch knows, for tests

}  // namespace flanmoe
