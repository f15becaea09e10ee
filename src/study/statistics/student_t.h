// Student's t for any number of degrees of freedom, by the regularised incomplete beta function.
#pragma once

namespace flanmoe {

// I_x(a, b) for a, b > 0 and x of [0, 1], by its continued fraction; about 14 digits.
double incomplete_beta(double a, double b, double x);

// P(T <= t), degrees_of_freedom > 0. The lower tail keeps its digits: of the upper one take that of -t.
double student_t_cdf(double t, double degrees_of_freedom);

// The t whose cdf is `probability`, of (0, 1).
double student_t_quantile(double probability, double degrees_of_freedom);

}  // namespace flanmoe
