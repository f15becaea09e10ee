#include "study/statistics/judge.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "study/statistics/looks.h"

namespace flanmoe {
namespace {

int64_t num_seeds_of(const Question& question) {
  return static_cast<int64_t>(question.parts.front().differences.size());
}

void check(const Question& question) {
  if (!(question.margin > 0.0 && std::isfinite(question.margin))) {
    fail_input("{}: its margin is {}, expected a number above 0: without one nothing can be called equal", question.id,
               question.margin);
  }
  if (question.parts.empty()) fail_input("{}: it has no parts, expected one contrast or more", question.id);
  for (const Contrast& part : question.parts) {
    if (part.differences.empty()) fail_input("{}: {} has no runs", question.id, part.name);
    if (part.differences.size() != question.parts.front().differences.size()) {
      fail_input("{}: {} has {} seeds and {} has {}, expected as many", question.id, question.parts.front().name,
                 num_seeds_of(question), part.name, part.differences.size());
    }
  }
}

// Yes needs every part, so that none of them needs more than its own test; no needs one, of as many as there are.
struct DifferencePs {
  double yes = 0.0, no = 1.0;
};

DifferencePs difference_ps(const std::vector<Estimate>& parts) {
  DifferencePs ps;
  for (const Estimate& part : parts) {
    const double p = difference_p(part);
    ps.yes = std::max(ps.yes, part.mean > 0.0 ? p : 1.0);
    if (part.mean < 0.0) ps.no = std::min(ps.no, p);
  }
  ps.no = std::min(1.0, ps.no * static_cast<double>(parts.size()));
  return ps;
}

double equality_p_of(const std::vector<Estimate>& parts, double margin) {
  double p = 0.0;
  for (const Estimate& part : parts) p = std::max(p, equality_p(part, margin));
  return p;
}

void estimate(Judgement& judgement, const Question& question, int64_t num_seeds) {
  judgement.parts.clear();
  for (const Contrast& part : question.parts) judgement.parts.push_back(estimate_of(part, num_seeds));
  const DifferencePs ps = difference_ps(judgement.parts);
  judgement.difference_p = std::min(ps.yes, ps.no);
  judgement.equality_p = equality_p_of(judgement.parts, question.margin);
}

Decision sign_of(const Judgement& judgement) {
  const DifferencePs ps = difference_ps(judgement.parts);
  return ps.yes <= ps.no ? Decision::kYes : Decision::kNo;
}

// Goes through a family; `num_equal` and `num_different` are decided so far.
class Family {
 public:
  Family(const std::vector<Question>& questions, const LookPlan& plan)
      : questions_(questions), plan_(plan), judgements_(questions.size()) {}

  std::vector<Judgement> judged() {
    for (size_t q = 0; q < questions_.size(); ++q) {
      estimate(judgements_[q], questions_[q], num_seeds_of(questions_[q]));
      judgements_[q].difference_level = plan_.difference_levels.back();
      judgements_[q].equality_level = plan_.equality_levels.back();
    }
    for (size_t k = 0; k < plan_.looks.size(); ++k) look(k);
    return judgements_;
  }

 private:
  void look(size_t k) {
    std::vector<Judgement*> open;
    for (size_t q = 0; q < questions_.size(); ++q) {
      Judgement& judgement = judgements_[q];
      if (judgement.decision != Decision::kUndecided || num_seeds_of(questions_[q]) < plan_.looks[k]) continue;
      estimate(judgement, questions_[q], plan_.looks[k]);
      judgement.look = static_cast<int64_t>(k) + 1;
      open.push_back(&judgement);
    }
    decide_equal(open);
    decide_different(open);
  }

  void decide_equal(std::vector<Judgement*>& open) {
    std::stable_sort(open.begin(), open.end(), [](auto* a, auto* b) { return a->equality_p < b->equality_p; });
    for (Judgement* judgement : open) {
      judgement->equality_level = plan_.equality_levels.at(questions_.size() - num_equal_ - 1);
      if (judgement->equality_p >= judgement->equality_level) continue;
      judgement->decision = Decision::kEqual;
      ++num_equal_;
    }
  }

  void decide_different(std::vector<Judgement*>& open) {
    std::stable_sort(open.begin(), open.end(), [](auto* a, auto* b) { return a->difference_p < b->difference_p; });
    for (Judgement* judgement : open) {
      judgement->difference_level = plan_.difference_levels.at(questions_.size() - num_different_ - 1);
      if (judgement->decision == Decision::kEqual || judgement->difference_p >= judgement->difference_level) continue;
      judgement->decision = sign_of(*judgement);
      ++num_different_;
    }
  }

  const std::vector<Question>& questions_;
  const LookPlan& plan_;
  std::vector<Judgement> judgements_;
  size_t num_equal_ = 0, num_different_ = 0;
};

}  // namespace

LookPlan plan_looks(const std::vector<int64_t>& looks, int64_t num_questions, double alpha) {
  check_looks(looks);
  if (!(alpha > 0.0 && alpha < 0.5)) fail_input("alpha is {}, expected a number between 0 and 0.5", alpha);
  LookPlan plan{looks, alpha, {}, {}};
  for (int64_t left = 1; left <= num_questions; ++left) {
    const double share = alpha / static_cast<double>(left);
    plan.difference_levels.push_back(nominal_level(looks, share));
    plan.equality_levels.push_back(0.5 * nominal_level(looks, 2.0 * share));
  }
  return plan;
}

std::vector<Judgement> judge(const std::vector<Question>& questions, const LookPlan& plan) {
  FLANMOE_ASSERT(questions.size() == plan.difference_levels.size());
  for (const Question& question : questions) check(question);
  return Family(questions, plan).judged();
}

}  // namespace flanmoe
