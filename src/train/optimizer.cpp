#include "train/optimizer.h"

#include "base/error.h"

namespace flanmoe {

std::unique_ptr<Optimizer> make_optimizer(const std::vector<Parameter>& parameters, const OptimizerOptions& options) {
  switch (options.name) {
    case OptimizerName::kAdamw:
      return make_adamw(parameters, options);
    case OptimizerName::kAdafactor:
      return make_adafactor(parameters);
  }
  fail_input("no such optimiser");
}

}  // namespace flanmoe
