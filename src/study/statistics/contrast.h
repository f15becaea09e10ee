// What runs say of one difference between arms, with seeds and tasks as crossed random effects (docs/statistics.md).
//
// d[s][t], of seed s and task t, is taken as  mean of suite + A_s + B_t + E_st: A of the seeds, B of the tasks inside
// their suite, E the rest, each with mean 0. The suites are fixed; G suites, n_g tasks in suite g, S seeds:
//   y_s  = mean over suites of the mean over tasks of d[s][t]             the weighted mean of one seed
//   mean = mean of y_s
//   V_s  = variance(y_s) / S                                              what the seeds alone say, S - 1 degrees
//          or the mean item variance / S where that is more; nothing is known of it where that is 0 and all y_s are one
//          value (runs that do not differ, rounding apart)
//   c_g  = 1 / (G^2 n_g), the sum of the squared weights of a suite
//   B_g  = variance over tasks of their means over seeds, n_g - 1 degrees
//   R_g  = mean square of the rest (seed by task) in the suite, (n_g - 1)(S - 1) degrees
//   V    = V_s + sum of max(0, c_g (B_g - R_g / S)), over suites of two tasks or more
// with Satterthwaite's degrees of freedom  V^2 / (V_s^2 / (S - 1) + sum over suites that add something of
// (c_g B_g)^2 / (n_g - 1) + (c_g R_g / S)^2 / ((n_g - 1)(S - 1))), and no fewer than the least of S - 1 and the n_g - 1
// of these suites.
// An interval is the wider one of t(S - 1) sqrt(V_s) and t(degrees) sqrt(V): tasks can only widen what seeds say.
// One task (a loss) leaves the t-interval over seeds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flanmoe {

struct Contrast {
  std::string name;                              // for messages: "Switch against the dense line"
  std::vector<std::vector<double>> differences;  // [seed][task], points; seeds in the order of their looks
  std::vector<int64_t> suite_of_task;            // equal number, same suite
  // Variance over items of each seed's y_s, where it is known: V_s is never less than what the items alone make it, so
  // that runs that tie on few items are not taken for certain.
  std::vector<double> item_variances = {};
};

struct Estimate {
  int64_t num_seeds = 0;
  double mean = 0.0;
  double seed_variance = 0.0;  // V_s; infinite where it is not known: of one seed, of identical ones
  double seed_degrees = 0.0;   // S - 1
  double variance = 0.0;       // V
  double degrees = 0.0;        // Satterthwaite's
};

// Whether values differ by no more than rounding does (a part in 1e9). Measures of few possible values tie, and say
// nothing then of how far the next run may be.
bool are_identical(const std::vector<double>& values);

// Of the first `num_seeds` (1 or more) seeds. A user's error where rows differ in length from the suites, or a
// difference is not a finite number.
Estimate estimate_of(const Contrast& contrast, int64_t num_seeds);

// Half of the two-sided interval that leaves out `level` (0.05: the 95% interval); infinite where V_s is.
double half_width(const Estimate& estimate, double level);

// Two-sided p-value of "the difference is 0": below `level` exactly when the interval of `level` excludes 0.
double difference_p(const Estimate& estimate);

// p-value of "the difference is `margin` or more, up or down" (two one-sided tests): below `level` exactly when the
// interval of 2 * `level` lies inside -margin to margin.
double equality_p(const Estimate& estimate, double margin);

}  // namespace flanmoe
