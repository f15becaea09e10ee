// A projection: our products against torch's, gradients, and rows that do not know each other.
#include "kernels/linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "tensor/random.h"
#include "testing/check.h"
#include "testing/device_case.h"
#include "testing/gradient_check.h"

namespace flanmoe {
namespace {

template <class Op>
TensorFunction projecting(Op* op) {
  return [=](const std::vector<at::Tensor>& t) { return op(t[0], Linear(t[1])); };
}

class LinearOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, LinearOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(LinearOn, EqualsTheReferenceInValueAndGradient) {
  // Few rows and many, in one dimension and several.
  for (const std::vector<int64_t>& shape :
       {std::vector<int64_t>{7}, {1, 7}, {31, 5}, {32, 5}, {4, 9, 33}, {300, 64}, {0, 3}}) {
    const int64_t outputs = 19;
    const std::vector<at::Tensor> inputs = {random_normal(shape, 1.0, 1).to(GetParam().dtype),
                                            random_normal({outputs, shape.back()}, 0.5, 2).to(GetParam().dtype)};
    const std::vector<at::Tensor> mine = {GetParam().put(inputs[0]), GetParam().put(inputs[1])};
    const std::string name = ::testing::PrintToString(shape);
    expect_close(linear(mine[0], Linear(mine[1])), linear_reference(inputs[0], Linear(inputs[1])), 1.0, name);
    const auto gradients = gradients_of(projecting(&linear), mine),
               expected = gradients_of(projecting(&linear_reference), inputs);
    for (size_t i = 0; i < 2; ++i) expect_close(gradients[i], expected[i], 3.0, name + " input " + std::to_string(i));
  }
}

TEST(Linear, OnlyWhatIsAskedForHasAGradient) {
  for (const bool of_x : {true, false}) {
    const at::Tensor x = random_normal({40, 4}, 1.0, 1).set_requires_grad(of_x),
                     weight = random_normal({5, 4}, 1.0, 2).set_requires_grad(!of_x);
    linear(x, Linear(weight)).sum().backward();
    EXPECT_EQ(x.grad().defined(), of_x);
    EXPECT_EQ(weight.grad().defined(), !of_x);
  }
}

TEST(Linear, ARowIsTheSameBitsAmongAnyOthers) {
  const at::AutoGradMode no_gradients(false);
  const at::Tensor x = random_normal({500, 70}, 1.0, 1), weight = random_normal({90, 70}, 1.0, 2);
  const at::Tensor whole = linear(x, Linear(weight));
  for (const auto& [begin, count] : {std::pair<int64_t, int64_t>{0, 32}, {13, 100}, {467, 33}})
    EXPECT_TRUE(at::equal(linear(x.narrow(0, begin, count), Linear(weight)), whole.narrow(0, begin, count))) << begin;
}

TEST(Linear, AWeightOfAnotherWidthIsRefused) {
  const std::string message = message_of<c10::Error>([] { linear(at::zeros({2, 3}), Linear(at::zeros({4, 5}))); });
  EXPECT_NE(message.find("linear: x [..., I] and weight [O, I] expected, got [2, 3] and [4, 5]"), std::string::npos)
      << message;
}

}  // namespace
}  // namespace flanmoe
