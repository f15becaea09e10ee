// The device that is not there: it computes what the CPU computes, and what it is for, it catches.
#include "testing/pretend_device.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tensor/random.h"

namespace flanmoe {
namespace {

at::Tensor there(const at::Tensor& x) { return x.to(pretend_device()); }

TEST(PretendDevice, KeepsWhatIsPutThere) {
  const at::Tensor x = random_normal({3, 5}, 1.0, 1);
  EXPECT_EQ(there(x).device(), pretend_device());
  EXPECT_TRUE(there(x).cpu().equal(x));
  EXPECT_TRUE(there(x.t()).cpu().equal(x.t()));
  EXPECT_TRUE(there(at::empty({0, 4})).cpu().equal(at::empty({0, 4})));
}

TEST(PretendDevice, ComputesAsTheCpuDoes) {
  const at::Tensor x = random_normal({4, 6}, 1.0, 1), y = random_normal({6, 3}, 1.0, 2);
  const auto f = [](const at::Tensor& a, const at::Tensor& b) {
    return at::softmax(at::matmul(a, b), 1).index_select(0, at::arange(2, a.options().dtype(at::kLong))).sum(1);
  };
  EXPECT_TRUE(f(there(x), there(y)).cpu().equal(f(x, y)));
}

TEST(PretendDevice, ViewsShareAndWritesArrive) {
  const at::Tensor x = there(at::zeros({3, 4}));
  x.select(0, 1).fill_(2.0);
  x.narrow(1, 3, 1).add_(1.0);
  x.t().slice(0, 0, 1).copy_(there(at::full({1, 3}, 7.0)));
  EXPECT_TRUE(x.cpu().equal(at::tensor({7.f, 0.f, 0.f, 1.f, 7.f, 2.f, 2.f, 3.f, 7.f, 0.f, 0.f, 1.f}).view({3, 4})));
}

TEST(PretendDevice, Differentiates) {
  const at::Tensor x = random_normal({4, 6}, 1.0, 1);
  const auto gradient = [](at::Tensor leaf) {
    leaf.requires_grad_(true);
    (at::softmax(leaf, 1).square().sum() + at::logsumexp(leaf, {1}).mean()).backward();
    return leaf.grad();
  };
  const at::Tensor mine = gradient(there(x));
  EXPECT_EQ(mine.device(), pretend_device());
  EXPECT_TRUE(mine.cpu().equal(gradient(x.clone())));
}

TEST(PretendDevice, RefusesTensorsOfTheCpuBesideItsOwn) {
  const at::Tensor x = there(at::ones({3}));
  EXPECT_THROW(x + at::ones({3}), c10::Error);
  EXPECT_THROW(x.index_select(0, at::zeros({1}, at::kLong)), c10::Error);
  EXPECT_TRUE((x + at::ones({})).cpu().equal(at::full({3}, 2.0)));  // a scalar is let pass, as by others
}

TEST(PretendDevice, CountsWhatCrosses) {
  const DeviceTraffic before = device_traffic();
  const at::Tensor x = there(at::ones({3}));
  const at::Tensor sum = (x * 2.0).sum();
  EXPECT_EQ(device_traffic().to_device - before.to_device, 1);
  EXPECT_EQ(device_traffic().to_host - before.to_host, 0);
  EXPECT_EQ(sum.item<float>(), 6.0f);
  EXPECT_EQ(device_traffic().scalars_read - before.scalars_read, 1);
  x.cpu();
  EXPECT_EQ(device_traffic().to_host - before.to_host, 1);
}

TEST(PretendDeviceDeathTest, ItsMemoryIsNotToBeTouched) {
  const at::Tensor x = there(at::ones({3}));
  EXPECT_DEATH(static_cast<void>(*static_cast<volatile const float*>(x.const_data_ptr<float>())), "");
}

}  // namespace
}  // namespace flanmoe
