// Student's t against printed tables and closed forms.
#include "study/statistics/student_t.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace flanmoe {
namespace {

TEST(StudentT, GivesTheTables) {
  const std::vector<double> at_975 = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
                                      2.2010,  2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
                                      2.0796,  2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
  for (size_t n = 1; n <= at_975.size(); ++n)
    EXPECT_NEAR(student_t_quantile(0.975, static_cast<double>(n)), at_975[n - 1], 5.1e-5) << n;
  struct Case {
    double probability, degrees, value;
  };
  for (const Case& c :
       {Case{0.99, 1, 31.8205}, Case{0.99, 3, 4.5407}, Case{0.99, 7, 2.9980}, Case{0.99, 11, 2.7181},
        Case{0.99, 15, 2.6025}, Case{0.99, 30, 2.4573}, Case{0.99, 120, 2.3578}, Case{0.95, 3, 2.3534},
        Case{0.95, 15, 1.7531}, Case{0.975, 60, 2.0003}, Case{0.995, 3, 5.8409}, Case{0.995, 15, 2.9467},
        Case{0.975, 1e9, 1.959964}, Case{0.991, 1e9, 2.365618}, Case{0.5, 4, 0.0}, Case{0.025, 2, -4.3027}}) {
    EXPECT_NEAR(student_t_quantile(c.probability, c.degrees), c.value, 5.1e-5) << c.probability << " " << c.degrees;
  }
}

// One degree: Cauchy's. Two: (1 + t / sqrt(2 + t^2)) / 2.
TEST(StudentT, MatchesClosedForms) {
  for (const double t : {-1e8, -40.0, -3.0, -0.7, -1e-6, 0.0, 1e-6, 0.7, 3.0, 40.0}) {
    EXPECT_NEAR(student_t_cdf(t, 1.0), 0.5 + std::atan(t) / M_PI, 1e-10) << t;
    EXPECT_NEAR(student_t_cdf(t, 2.0), 0.5 * (1.0 + t / std::sqrt(2.0 + t * t)), 1e-10) << t;
  }
  EXPECT_NEAR(student_t_cdf(-1e8, 1.0) * M_PI * 1e8, 1.0, 1e-12);  // the lower tail keeps its digits
}

TEST(StudentT, QuantilesAndProbabilitiesAreInverse) {
  for (const double degrees : {1.0, 2.5, 3.0, 7.31, 15.0, 44.4, 1000.0}) {
    for (const double p : {1e-9, 0.009, 0.3, 0.6, 0.991, 0.99999})
      EXPECT_NEAR(student_t_cdf(student_t_quantile(p, degrees), degrees) / p, 1.0, 1e-7) << p << " " << degrees;
  }
}

TEST(StudentT, FallsWithTheDegreesOfFreedom) {
  for (double degrees = 1.0; degrees < 40.0; degrees += 0.25)
    EXPECT_GT(student_t_quantile(0.991, degrees), student_t_quantile(0.991, degrees + 0.25)) << degrees;
}

TEST(IncompleteBeta, MatchesClosedForms) {
  for (const double x : {0.0, 1e-9, 0.2, 0.5, 0.77, 1.0}) {
    EXPECT_NEAR(incomplete_beta(1.0, 1.0, x), x, 1e-14);
    EXPECT_NEAR(incomplete_beta(3.0, 1.0, x), x * x * x, 1e-14);
    EXPECT_NEAR(incomplete_beta(1.0, 2.0, x), 1.0 - (1.0 - x) * (1.0 - x), 1e-14);
    EXPECT_NEAR(incomplete_beta(0.5, 0.5, x), 2.0 / M_PI * std::asin(std::sqrt(x)), 1e-14);
  }
}

}  // namespace
}  // namespace flanmoe
