#include "study/statistics/student_t.h"

#include <cmath>

#include "base/error.h"

namespace flanmoe {
namespace {

// The continued fraction of I_x(a, b) by Lentz's way, which converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300, kPrecision = 1e-15;
  constexpr int kMostTerms = 10000;  // of order sqrt(max(a, b)) are needed
  const auto not_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1.0, d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0)), result = d;
  for (int m = 1; m < kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    double factor = 1.0;
    for (const double term : {even, odd}) {
      d = 1.0 / not_zero(1.0 + term * d);
      c = not_zero(1.0 + term / c);
      factor = c * d;
      result *= factor;
    }
    if (std::abs(factor - 1.0) < kPrecision) break;
  }
  return result;
}

// P(T > t), t >= 0.
double upper_tail(double t, double degrees_of_freedom) {
  return 0.5 * incomplete_beta(0.5 * degrees_of_freedom, 0.5, degrees_of_freedom / (degrees_of_freedom + t * t));
}

}  // namespace

double incomplete_beta(double a, double b, double x) {
  FLANMOE_ASSERT(a > 0.0 && b > 0.0 && x >= 0.0 && x <= 1.0);
  if (x == 0.0 || x == 1.0) return x;
  if (x > (a + 1.0) / (a + b + 2.0)) return 1.0 - incomplete_beta(b, a, 1.0 - x);
  const double front = a * std::log(x) + b * std::log1p(-x) + std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b);
  return std::exp(front) * beta_fraction(a, b, x) / a;
}

double student_t_cdf(double t, double degrees_of_freedom) {
  FLANMOE_ASSERT(degrees_of_freedom > 0.0);
  return t < 0.0 ? upper_tail(-t, degrees_of_freedom) : 1.0 - upper_tail(t, degrees_of_freedom);
}

double student_t_quantile(double probability, double degrees_of_freedom) {
  FLANMOE_ASSERT(probability > 0.0 && probability < 1.0);
  if (probability < 0.5) return -student_t_quantile(1.0 - probability, degrees_of_freedom);
  const double tail = 1.0 - probability;
  double low = 0.0, high = 1.0;
  while (upper_tail(high, degrees_of_freedom) > tail) {
    low = high;
    high *= 2.0;
  }
  for (double middle = 0.5 * (low + high); middle > low && middle < high; middle = 0.5 * (low + high)) {
    (upper_tail(middle, degrees_of_freedom) > tail ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace flanmoe
