// A device that this machine does not have, for proving that code asks nothing of the CPU: tensors on it lie in memory
// that nobody may touch (an access is a crash), every operation on them is computed by the CPU's code on a hidden copy,
// and an operation that mixes its tensors with those of the CPU is refused, as accelerators refuse it (a scalar tensor
// of the CPU is let pass, as there). It stands in libtorch under the key for private backends.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace flanmoe {

at::Device pretend_device();

// What crossed between the two since the program began: tensors copied either way, scalars read.
struct DeviceTraffic {
  int64_t to_device = 0, to_host = 0, scalars_read = 0;
};
DeviceTraffic device_traffic();

}  // namespace flanmoe
