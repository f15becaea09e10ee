#include "tensor/device.h"

#include <ATen/Context.h>

#include "base/error.h"

namespace flanmoe {
namespace {

at::Device& current() {
  static at::Device device = at::kCPU;
  return device;
}

#ifdef FLANMOE_CUDA
constexpr bool kBuiltWithCuda = true;
#else
constexpr bool kBuiltWithCuda = false;
#endif

}  // namespace

void choose_device(at::Device device) { current() = device; }

void choose_device(DeviceName name) {
  if (name == DeviceName::kCpu) return choose_device(at::Device(at::kCPU));
  if (!kBuiltWithCuda) {
    fail_input(
        "--device cuda: this flanmoe was built without CUDA; expected cpu, or a build with -DFLANMOE_CUDA=ON on a CUDA "
        "libtorch (docs/install.md)");
  }
  if (!at::hasCUDA()) fail_input("--device cuda: libtorch sees no CUDA device here; expected cpu");
  choose_device(at::Device(at::kCUDA, 0));
}

at::Device chosen_device() { return current(); }

}  // namespace flanmoe
