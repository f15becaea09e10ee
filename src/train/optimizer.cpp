#include "train/optimizer.h"

#include "model/parameter.h"

namespace flanmoe {

std::unique_ptr<Optimizer> make_optimizer(const std::vector<Parameter>& parameters, const OptimizerOptions& options) {
  return options.name == "adamw" ? make_adamw(parameters, options) : make_adafactor(parameters);
}

}  // namespace flanmoe
