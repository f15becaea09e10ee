// Where an op with a plain reference is tested, as a parameter of a test: device, dtype and how far its results may lie
// from the oracle's, which is computed on the CPU. A device that is not there has no cases; the pretended one always
// has.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "testing/pretend_device.h"

namespace flanmoe {

struct DeviceCase {
  at::DeviceType device;
  at::ScalarType dtype;
  double tolerance;  // of values about 1 and sums of some hundred of them

  at::Tensor put(const at::Tensor& x) const { return x.to(device, dtype); }
};

inline std::vector<DeviceCase> device_cases() {
  pretend_device();  // known to libtorch from here on
  std::vector<DeviceCase> all = {{at::kCPU, at::kFloat, 2e-5}, {at::kCPU, at::kDouble, 1e-12}};
  for (const DeviceCase& one :
       {DeviceCase{at::kPrivateUse1, at::kFloat, 2e-5}, DeviceCase{at::kPrivateUse1, at::kDouble, 1e-12}}) {
    all.push_back(one);
  }
  if (at::hasCUDA()) all.push_back({at::kCUDA, at::kFloat, 2e-5});
  return all;
}

inline std::string name_of(const DeviceCase& one) {
  return at::DeviceTypeName(one.device, true) + "_" + at::toString(one.dtype);
}
inline std::string name_of_case(const ::testing::TestParamInfo<DeviceCase>& info) { return name_of(info.param); }
inline void PrintTo(const DeviceCase& one, std::ostream* out) { *out << name_of(one); }

class OnDevices : public ::testing::TestWithParam<DeviceCase> {
 protected:
  // Of this case's device and dtype, and close to what the oracle has.
  void expect_close(const at::Tensor& mine, const at::Tensor& oracle, double factor, const std::string& what) const {
    EXPECT_EQ(mine.device().type(), GetParam().device) << what;
    EXPECT_EQ(mine.scalar_type(), GetParam().dtype) << what;
    ASSERT_EQ(mine.sizes(), oracle.sizes()) << what;
    if (mine.numel() == 0) return;
    const at::Tensor gap = (mine.detach().to(at::kCPU, at::kDouble) - oracle.detach().to(at::kDouble)).abs();
    EXPECT_LE(gap.max().item<double>(), factor * GetParam().tolerance) << what;  // false for what is not a number
  }
};

}  // namespace flanmoe
