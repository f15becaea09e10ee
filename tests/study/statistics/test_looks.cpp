// Levels of looks: Pocock's constants at many seeds, and what t-tests at few do in simulation.
#include "study/statistics/looks.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "study/statistics/student_t.h"

namespace flanmoe {
namespace {

std::string message_of(const std::vector<int64_t>& looks, double alpha = 0.05) {
  try {
    nominal_level(looks, alpha);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

std::vector<int64_t> evenly(int64_t count, int64_t each) {
  std::vector<int64_t> looks;
  for (int64_t k = 1; k <= count; ++k) looks.push_back(k * each);
  return looks;
}

TEST(Looks, OneLookIsTheTest) {
  for (const double alpha : {0.01, 0.05, 0.1}) EXPECT_NEAR(nominal_level({4}, alpha), alpha, 1e-7);
  EXPECT_NEAR(overall_level({2}, 0.05), 0.05, 1e-7);
}

// Pocock's constants (Jennison and Turnbull 2000, table 2.1) are of the normal limit, which 25 seeds a look are near.
TEST(Looks, TendToPococksConstants) {
  struct Case {
    double alpha;
    std::vector<double> constants;  // of 1, 2, ... looks
  };
  for (const Case& c : {Case{0.1, {1.645, 1.875, 1.992, 2.067, 2.122, 2.164, 2.197, 2.225}},
                        Case{0.05, {1.960, 2.178, 2.289, 2.361, 2.413, 2.453, 2.485, 2.512}},
                        Case{0.01, {2.576, 2.772, 2.873, 2.939, 2.986, 3.023, 3.053, 3.078}}}) {
    for (size_t count = 1; count <= c.constants.size(); ++count) {
      const double nominal = 2.0 * student_t_cdf(-c.constants[count - 1], 1e9);
      EXPECT_NEAR(overall_level(evenly(static_cast<int64_t>(count), 25), nominal) / c.alpha, 1.0, 0.03) << count;
    }
  }
}

TEST(Looks, LieBetweenBonferroniAndOne) {
  for (const double alpha : {0.005, 0.05, 0.1}) {
    double last = alpha;
    for (int64_t count = 2; count <= 6; ++count) {
      const double nominal = nominal_level(evenly(count, 4), alpha);
      EXPECT_GT(nominal, alpha / static_cast<double>(count));
      EXPECT_LT(nominal, last);
      EXPECT_NEAR(overall_level(evenly(count, 4), nominal), alpha, 1e-8);
      last = nominal;
    }
  }
}

// How often a t-test finds something at some look, of normal differences around 0.
double simulated_level(const std::vector<int64_t>& looks, double nominal, int studies) {
  std::vector<double> bounds;
  for (const int64_t n : looks) bounds.push_back(student_t_quantile(1.0 - 0.5 * nominal, static_cast<double>(n - 1)));
  RandomStream random(1, "looks");
  int found = 0;
  for (int study = 0; study < studies; ++study) {
    double sum = 0.0, squares = 0.0;
    int64_t n = 0;
    bool any = false;
    for (size_t k = 0; k < looks.size(); ++k) {
      for (; n < looks[k]; ++n) {
        const double x = std::sqrt(-2.0 * std::log(1.0 - random.uniform())) * std::cos(2.0 * M_PI * random.uniform());
        sum += x;
        squares += x * x;
      }
      const auto count = static_cast<double>(n);
      const double variance = (squares - sum * sum / count) / (count - 1.0);
      any = any || std::abs(sum) / std::sqrt(count * variance) > bounds[k];
    }
    found += any ? 1 : 0;
  }
  return static_cast<double>(found) / studies;
}

TEST(Looks, HaveTheLevelThatSimulationFinds) {
  constexpr int kStudies = 100000;
  for (const std::vector<int64_t>& looks : {std::vector<int64_t>{4, 8, 12, 16}, {2, 4, 6}, {3, 5, 9, 20, 22}}) {
    for (const double alpha : {0.05, 0.2}) {
      const double error = std::sqrt(alpha * (1.0 - alpha) / kStudies);
      EXPECT_NEAR(simulated_level(looks, nominal_level(looks, alpha), kStudies), alpha, 3.5 * error);
    }
  }
}

TEST(Looks, RefuseBadInput) {
  const std::string expected = ", expected numbers of seeds from 2 to 200, each at least 2 above the one before";
  EXPECT_EQ(message_of({}), "looks are []" + expected);
  EXPECT_EQ(message_of({1, 4}), "looks are [1, 4]" + expected);
  EXPECT_EQ(message_of({8, 4}), "looks are [8, 4]" + expected);
  EXPECT_EQ(message_of({4, 5}), "looks are [4, 5]" + expected);
  EXPECT_EQ(message_of({4, 202}), "looks are [4, 202]" + expected);
  EXPECT_EQ(message_of({4, 8}, 0.0), "alpha is 0, expected a number between 0 and 1");
  EXPECT_EQ(message_of({4, 8}, 1.0), "alpha is 1, expected a number between 0 and 1");
}

}  // namespace
}  // namespace flanmoe
