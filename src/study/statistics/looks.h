// Looking at a study more than once (Pocock 1977): every look tests at the same nominal level, so small that a
// difference of nothing is called one at any look with probability alpha. Found for the t-test itself, not for its
// normal limit, which would be too lenient with four runs at the first look.
//
// How: x = sum / (sqrt(n) R), R^2 the sum of squares around the mean, is T / sqrt(n - 1). Without a difference the x
// of the looks, read backwards, are a Markov chain: with n of the N runs of the look after it, and x' of that look,
//   x = (sqrt(n / N) x' + sqrt((N - n) / N) sin(a)) / (cos(a) sin(b)),
// where a has density ~ cos(a)^(N - 3) on (-pi/2, pi/2), and b ~ sin(b)^(n - 2) cos(b)^(N - n - 2) on (0, pi/2): the
// runs that come between change the sum of squares by parts that are independent of x' (a Dirichlet distribution).
#pragma once

#include <cstdint>
#include <vector>

namespace flanmoe {

// Numbers of seeds at which a study is looked at. A user's error unless they lie between 2 and 200, each at least 2
// above the one before.
void check_looks(const std::vector<int64_t>& looks);

// Probability that a two-sided t-test at level `nominal` finds a difference at one look or more where there is none.
double overall_level(const std::vector<int64_t>& looks, double nominal);

// The nominal two-sided level of each look whose overall level is `alpha`, to four digits.
double nominal_level(const std::vector<int64_t>& looks, double alpha);

}  // namespace flanmoe
