#include <iostream>

#include "base/error.h"
#include "cli/command.h"
#include "cli/eval_arguments.h"
#include "eval/scoring/compare.h"

namespace flanmoe {
namespace {

void print_comparison(const Comparison& comparison, const EvalArguments& arguments) {
  std::cout << fmt::format("A {}\nB {}\n\n{:<52} {:>6} {:>7} {:>7} {:>8}  {:<18} {:>7}\n", arguments.compare[0],
                           arguments.compare[1], "", "items", "A", "B", "B - A", "95% interval", "p");
  for (const ComparedScore& score : comparison.scores) {
    const auto& interval = score.paired.interval;
    std::cout << fmt::format("{:<52} {:>6} {:>7.1f} {:>7.1f} {:>+8.1f}  {:<18} {:>7}\n",
                             score.kind == "suite" ? "suite " + score.name : score.name, score.paired.num_items,
                             score.a, score.b, score.paired.difference,
                             interval ? fmt::format("{:+.1f} to {:+.1f}", interval->low, interval->high) : "not known",
                             interval ? fmt::format("{:.4f}", interval->p_value) : "");
  }
  for (const std::string& name : comparison.not_compared)
    std::cout << fmt::format("{}: not compared, it has no scores of single items\n", name);
}

}  // namespace

int run_comparison(const EvalArguments& arguments) {
  if (!arguments.model.empty() || !arguments.out.empty())
    fail_input("--compare takes two folders alone; expected neither a model nor --out");
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
