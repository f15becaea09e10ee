#include "study/statistics/looks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "study/statistics/student_t.h"

namespace flanmoe {
namespace {

constexpr double kHalfPi = 1.57079632679489661923;
constexpr int64_t kMostSeeds = 200;
constexpr size_t kPlaces = 32;  // at which a probability is tabulated; even

// By Simpson's rule; `steps` is even.
template <class Function>
double integral(const Function& function, double low, double high, int steps) {
  const double step = (high - low) / steps;
  double sum = function(low) + function(high);
  for (int i = 1; i < steps; ++i) sum += (i % 2 == 1 ? 4.0 : 2.0) * function(low + i * step);
  return sum * step / 3.0;
}

// Integral of sin^p cos^q over (0, pi/2).
double half_beta(double p, double q) {
  return 0.5 * std::exp(std::lgamma(0.5 * (p + 1.0)) + std::lgamma(0.5 * (q + 1.0)) - std::lgamma(0.5 * (p + q) + 1.0));
}

// Of a look, as a function of its x: the probability that no look before it found a difference. Even in x; needed for
// |x| <= bound alone, and tabulated over atan(x).
struct Quiet {
  double bound = 0.0;
  std::vector<double> values;  // kPlaces + 1

  double angle(size_t place) const { return std::atan(bound) * static_cast<double>(place) / kPlaces; }
  double at(double x) const {  // by the parabola through the three nearest places
    const double place = std::min(std::atan(std::abs(x)) / std::atan(bound), 1.0) * kPlaces;
    const auto middle = std::clamp<size_t>(static_cast<size_t>(std::lround(place)), 1, kPlaces - 1);
    const double below = values[middle - 1], here = values[middle], above = values[middle + 1];
    const double step = place - static_cast<double>(middle);
    return here + 0.5 * step * (above - below + step * (above - 2.0 * here + below));
  }
};

double bound_of(int64_t num_seeds, double nominal) {
  const auto degrees = static_cast<double>(num_seeds - 1);
  return student_t_quantile(1.0 - 0.5 * nominal, degrees) / std::sqrt(degrees);
}

// The look of n runs found nothing and neither did those before it, given x of the next look of N runs (looks.h).
double quiet_given(double next_x, const Quiet& look, double n, double N) {
  const int steps = 48 + 2 * static_cast<int>(N / 4.0);  // more runs, narrower densities
  const double fixed = std::sqrt(n / N) * next_x, free = std::sqrt((N - n) / N);
  const auto over_a = [&](double a) {
    const double top = std::abs(fixed + free * std::sin(a)), room = look.bound * std::cos(a);
    if (top >= room) return 0.0;  // no b brings x inside the bound
    const auto over_b = [&](double b) {
      const double x = top > 0.0 ? top / (std::cos(a) * std::sin(b)) : 0.0;
      return std::pow(std::sin(b), n - 2.0) * std::pow(std::cos(b), N - n - 2.0) * look.at(x);
    };
    return std::pow(std::cos(a), N - 3.0) * integral(over_b, std::asin(top / room), kHalfPi, steps);
  };
  // Where top < room: low < a < high.
  const double radius = std::hypot(free, look.bound), reach = std::atan2(look.bound, free);
  if (std::abs(fixed) >= radius) return 0.0;
  const double turn = std::asin(fixed / radius);
  const double low = std::max(-kHalfPi, -reach - turn), high = std::min(kHalfPi, reach - turn);
  // a = middle + half sin(u): the integrand ends like a square root, which this makes smooth.
  const double middle = 0.5 * (low + high), half = 0.5 * (high - low);
  const auto over_u = [&](double u) { return half * std::cos(u) * over_a(middle + half * std::sin(u)); };
  return integral(over_u, -kHalfPi, kHalfPi, steps) / (2.0 * half_beta(0.0, N - 3.0) * half_beta(n - 2.0, N - n - 2.0));
}

}  // namespace

void check_looks(const std::vector<int64_t>& looks) {
  bool rising = !looks.empty() && looks.front() >= 2;
  for (size_t k = 1; k < looks.size(); ++k) rising = rising && looks[k] >= looks[k - 1] + 2;
  if (!rising || looks.back() > kMostSeeds) {
    fail_input("looks are [{}], expected numbers of seeds from 2 to {}, each at least 2 above the one before",
               fmt::join(looks, ", "), kMostSeeds);
  }
}

double overall_level(const std::vector<int64_t>& looks, double nominal) {
  check_looks(looks);
  Quiet quiet{bound_of(looks.front(), nominal), std::vector<double>(kPlaces + 1, 1.0)};
  for (size_t k = 1; k < looks.size(); ++k) {
    Quiet next{bound_of(looks[k], nominal), {}};
    for (size_t place = 0; place <= kPlaces; ++place) {
      next.values.push_back(quiet_given(std::tan(next.angle(place)), quiet, static_cast<double>(looks[k - 1]),
                                        static_cast<double>(looks[k])));
    }
    quiet = next;
  }
  const double power = static_cast<double>(looks.back()) - 2.0, last = std::atan(quiet.bound);
  const auto over_x = [&](double angle) { return std::pow(std::cos(angle), power) * quiet.at(std::tan(angle)); };
  return 1.0 - integral(over_x, 0.0, last, 200) / half_beta(0.0, power);
}

double nominal_level(const std::vector<int64_t>& looks, double alpha) {
  if (!(alpha > 0.0 && alpha < 1.0)) fail_input("alpha is {}, expected a number between 0 and 1", alpha);
  // The overall level grows nearly in proportion to the nominal one, so that the missing ratio is nearly the right
  // factor.
  double nominal = alpha, factor = 0.0;
  for (int round = 0; round < 50 && std::abs(factor - 1.0) > 1e-9; ++round) {
    factor = alpha / overall_level(looks, nominal);
    nominal *= factor;
  }
  return nominal;
}

}  // namespace flanmoe
