// The verdicts of a family of questions: yes, no, equal or undecided (docs/statistics.md).
//
// At each look, with the first n seeds of every question that has as many, Holm's procedure is gone through twice: for
// "equal" among the m - e questions that are not yet called equal, each step at the nominal level of alpha / (m - e);
// then for "yes" and "no" among the m - d that are not yet called yes or no, at that of alpha / (m - d). What a look
// decides stands.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/names.h"
#include "study/statistics/contrast.h"

namespace flanmoe {

enum class Decision { kUndecided, kYes, kNo, kEqual };
constexpr std::array<Named<Decision>, 4> names_of(Decision) {
  return {{{Decision::kUndecided, "undecided"},
           {Decision::kYes, "yes"},
           {Decision::kNo, "no"},
           {Decision::kEqual, "equal"}}};
}

// What is claimed: every part is above zero (yes). All parts inside -margin to margin: equal, even where a part is
// surely not zero. One part surely below zero: no.
struct Question {
  std::string id;
  double margin = 0.0;  // above 0, in the unit of the parts; stated before the first run
  std::vector<Contrast> parts;
};

// The looks and what they may call a difference or equal.
struct LookPlan {
  std::vector<int64_t> looks;  // numbers of seeds
  double alpha = 0.05;
  std::vector<double> difference_levels;  // [r - 1]: two-sided nominal level when r questions are left
  std::vector<double> equality_levels;    // the same of each one-sided test of "equal"
};

// For a family of `num_questions`; a user's error for impossible looks or alpha.
LookPlan plan_looks(const std::vector<int64_t>& looks, int64_t num_questions, double alpha = 0.05);

struct Judgement {
  Decision decision = Decision::kUndecided;
  int64_t look = 0;               // the one that decided, else the last; 0: fewer seeds than the first look asks for
  std::vector<Estimate> parts;    // at that look; at look 0 of all the seeds there are
  double difference_p = 1.0;      // of yes or no
  double equality_p = 1.0;        // of equal
  double difference_level = 0.0;  // nominal: the intervals of this level are what "yes" and "no" were read from
  double equality_level = 0.0;    // nominal; "equal" was read from the intervals of twice this level
};

// One judgement per question, in order. A user's error for a margin that is not above 0, a question without parts,
// parts of unequal numbers of seeds, and what estimate_of refuses.
std::vector<Judgement> judge(const std::vector<Question>& questions, const LookPlan& plan);

}  // namespace flanmoe
