#include "tensor/device.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

TEST(ChosenDevice, IsTheCpuUnlessSaid) {
  EXPECT_EQ(chosen_device(), at::Device(at::kCPU));
  choose_device(DeviceName::kCpu);
  EXPECT_EQ(chosen_device(), at::Device(at::kCPU));
}

TEST(ChosenDevice, OneThatIsNotThereIsRefusedWithTheWayOut) {
#ifdef FLANMOE_CUDA
  GTEST_SKIP() << "this build has CUDA";
#endif
  const std::string message = message_of<UserError>([] { choose_device(DeviceName::kCuda); });
  EXPECT_EQ(message,
            "--device cuda: this flanmoe was built without CUDA; expected cpu, or a build with -DFLANMOE_CUDA=ON on a "
            "CUDA libtorch (docs/install.md)");
  EXPECT_EQ(chosen_device(), at::Device(at::kCPU));
}

}  // namespace
}  // namespace flanmoe
