#include <algorithm>
#include <iostream>

#include "base/error.h"
#include "cli/command.h"
#include "cli/eval_arguments.h"
#include "eval/scoring/compare.h"
#include "eval/scoring/interval.h"

namespace flanmoe {
namespace {

constexpr double kSmallP = 0.05;

void print_score(const ComparedScore& score) {
  const auto& interval = score.paired.interval;
  const bool shown = interval && score.paired.num_items >= kFewItems;
  std::cout << fmt::format("{:<52} {:>6} {:>7.1f} {:>7.1f} {:>+8.1f}  {:<18} {:>7} {:>7}\n",
                           score.kind == "suite" ? "suite " + score.name : score.name, score.paired.num_items, score.a,
                           score.b, score.paired.difference,
                           shown ? fmt::format("{:+.1f} to {:+.1f}", interval->low, interval->high) : "-",
                           shown ? fmt::format("{:.4f}", interval->p_value) : "-",
                           shown && score.p_holm ? fmt::format("{:.4f}", *score.p_holm) : "");
}

double p_of(const ComparedScore& score) { return score.paired.interval ? score.paired.interval->p_value : 1.0; }

// A difference of 0 may still hide items that one gained and another lost; the score is the same.
bool differs(const ComparedScore& score) { return score.paired.difference != 0.0; }

std::vector<ComparedScore> of_kind(const Comparison& comparison, const std::string& kind) {
  std::vector<ComparedScore> scores;
  std::copy_if(comparison.scores.begin(), comparison.scores.end(), std::back_inserter(scores),
               [&kind](const ComparedScore& score) { return score.kind == kind; });
  return scores;
}

// Those that differ, the surest first; then how many do not, or these too.
void print_tasks(const Comparison& comparison, bool all_tasks) {
  std::vector<ComparedScore> tasks = of_kind(comparison, "task");
  const auto equal = std::stable_partition(tasks.begin(), tasks.end(), differs);
  std::stable_sort(tasks.begin(), equal,
                   [](const ComparedScore& a, const ComparedScore& b) { return p_of(a) < p_of(b); });
  std::for_each(tasks.begin(), all_tasks ? tasks.end() : equal, print_score);
  const auto num_equal = tasks.end() - equal;
  if (!all_tasks && num_equal > 0) {
    std::cout << fmt::format("{} of {} tasks have the same score in A and B; --all-tasks lists them\n", num_equal,
                             tasks.size());
  }
  const auto num_small =
      std::count_if(tasks.begin(), tasks.end(), [](const auto& task) { return p_of(task) < kSmallP; });
  if (tasks.size() > 1) {
    std::cout << fmt::format(
        "{} of {} tasks have p below {}; about {:.1f} would by chance alone. \"Holm\" is p with all {} tasks looked at "
        "together\n",
        num_small, tasks.size(), kSmallP, kSmallP * static_cast<double>(tasks.size()), tasks.size());
  }
}

void print_comparison(const Comparison& comparison, const EvalArguments& arguments) {
  std::cout << fmt::format("A {}\nB {}\n\n{:<52} {:>6} {:>7} {:>7} {:>8}  {:<18} {:>7} {:>7}\n", arguments.compare[0],
                           arguments.compare[1], "", "items", "A", "B", "B - A", "95% interval", "p", "Holm");
  for (const char* kind : {"average", "suite"}) {
    for (const ComparedScore& score : of_kind(comparison, kind)) print_score(score);
  }
  print_tasks(comparison, arguments.all_tasks);
  for (const std::string& name : comparison.not_compared)
    std::cout << fmt::format("{}: not compared, it has no scores of single items\n", name);
}

}  // namespace

int run_comparison(const EvalArguments& arguments) {
  const std::vector<std::pair<const char*, bool>> others = {
      {"a model", !arguments.model.empty()},       {"settings", !arguments.overrides.empty()},
      {"--out", !arguments.out.empty()},           {"--suite", !arguments.suites.empty()},
      {"--tasks", !arguments.tasks.empty()},       {"--limit", arguments.limit > 0},
      {"--baseline", !arguments.baseline.empty()}, {"--predictions", !arguments.predictions.empty()}};
  for (const auto& [name, is_given] : others) {
    if (is_given) fail_input("--compare takes two folders as they are, with all that was asked; expected no {}", name);
  }
  const Comparison comparison =
      compare_evaluations(arguments.compare[0], arguments.compare[1], static_cast<uint64_t>(arguments.seed));
  if (arguments.json) {
    std::cout << json_page(comparison_to_json(comparison), "standard output");
  } else {
    print_comparison(comparison, arguments);
  }
  return kExitDone;
}

}  // namespace flanmoe
