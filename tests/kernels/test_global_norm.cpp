// The norm over all gradients: fast form, torch's operations, exact sums.
#include "kernels/global_norm.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tensor/random.h"
#include "testing/device_case.h"
#include "update_case.h"

namespace flanmoe {
namespace {

std::vector<at::Tensor> tensors() {
  std::vector<at::Tensor> all;
  uint64_t key = 0;
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{
           {1}, {7}, {0, 4}, {8}, {31}, {32}, {33}, {5, 13}, {3, 4, 5}, {16384}, {16385}, {130, 300}, {}}) {
    all.push_back(random_normal(shape, 0.1, ++key));
  }
  return all;
}

double exact(const std::vector<at::Tensor>& all) {
  double squares = 0.0;
  for (const at::Tensor& x : all) squares += x.to(at::kDouble).square().sum().item<double>();
  return std::sqrt(squares);
}

TEST(GlobalNorm, WorkedByHand) {  // 3^2 + 4^2 + 12^2 = 13^2
  const std::vector<at::Tensor> all = {at::tensor({3.0f, -4.0f}), at::Tensor(), at::tensor({12.0f}).view({1, 1})};
  EXPECT_EQ(global_norm(all), 13.0);
  EXPECT_NEAR(global_norm_reference(all), 13.0, 1e-5);
  EXPECT_EQ(global_norm({}), 0.0);
  EXPECT_EQ(global_norm(at::Tensor()), 0.0);
  EXPECT_EQ(global_norm(at::zeros({9})), 0.0);
}

class GlobalNormOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, GlobalNormOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(GlobalNormOn, IsTheRootOfAllSquares) {
  std::vector<at::Tensor> mine;
  for (const at::Tensor& x : tensors()) mine.push_back(GetParam().put(x));
  const double oracle = exact(tensors());
  EXPECT_NEAR(global_norm(mine), oracle, GetParam().tolerance * oracle);
  EXPECT_NEAR(global_norm_reference(mine), oracle, GetParam().tolerance * oracle);
}

// Equal numbers, whose sum in float32 would round the same way again and again.
TEST(GlobalNorm, ManyNumbersAreNoLessExact) {
  const std::vector<at::Tensor> all = {at::full({10000001}, 0.1f), at::full({77}, 3.0f)};
  EXPECT_NEAR(global_norm(all) / exact(all), 1.0, 1e-7);
}

TEST(GlobalNorm, ReadsOneNumberOfADevice) {
  std::vector<at::Tensor> there;
  for (const at::Tensor& x : tensors()) there.push_back(x.to(pretend_device()));
  const DeviceTraffic before = device_traffic();
  global_norm(there);
  EXPECT_EQ(device_traffic().scalars_read, before.scalars_read + 1);
  EXPECT_EQ(device_traffic().to_host, before.to_host);
}

TEST(GlobalNorm, TakesViews) {
  const at::Tensor x = random_normal({9, 14}, 1.0, 3), half = x.slice(1, 2, 9), turned = x.t();
  EXPECT_NEAR(global_norm(half), exact({half}), 1e-5);
  EXPECT_NEAR(global_norm(turned), exact({x}), 1e-5);
}

TEST(GlobalNorm, SaysWhatIsNotFinite) {
  for (const int64_t place : {0, 5, 40, 41}) {
    at::Tensor x = random_normal({42}, 1.0, 3);
    x[place] = std::numeric_limits<float>::infinity();
    EXPECT_EQ(global_norm(x), HUGE_VAL) << place;
    x[place] = std::nanf("");
    EXPECT_TRUE(std::isnan(global_norm(x))) << place;
    x[place] = 1e30f;  // its square is beyond float32
    EXPECT_EQ(global_norm(x), HUGE_VAL) << place;
    EXPECT_EQ(global_norm_reference(x), HUGE_VAL) << place;
  }
}

TEST(GlobalNorm, SameBitsForAnyNumberOfThreads) {
  const std::vector<at::Tensor> all = tensors();
  const auto norms = cases::by_threads([&] { return at::scalar_tensor(global_norm(all), at::kDouble); });
  for (const at::Tensor& norm : norms) EXPECT_EQ(norm.item<double>(), norms[0].item<double>());
}

}  // namespace
}  // namespace flanmoe
