#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "kernels/adafactor_step.h"
#include "model/parameter.h"
#include "train/optimizer.h"

namespace flanmoe {
namespace {

constexpr double kDecayExponent = 0.8;

// The second moment of one parameter: factored into row and column means, or full.
struct SecondMoment {
  bool factored = false;
  NamedTensor rows, columns;  // factored: means over the last dim and over the one before it
  NamedTensor full;
};

bool is_factored(const Parameter& parameter, int64_t min_factored) {
  if (parameter.place.per_expert()) return true;
  const auto sizes = parameter.value.sizes();
  return sizes.size() == 2 && std::min(sizes[0], sizes[1]) >= min_factored;
}

class Adafactor final : public Optimizer {
 public:
  Adafactor(const std::vector<Parameter>& parameters, int64_t min_factored) {
    for (const Parameter& parameter : parameters) {
      SecondMoment moment;
      moment.factored = is_factored(parameter, min_factored);
      if (moment.factored) {
        moment.rows = {parameter.name + ".v_row", at::zeros_like(parameter.value.detach().mean(-1))};
        moment.columns = {parameter.name + ".v_column", at::zeros_like(parameter.value.detach().mean(-2))};
      } else {
        moment.full = {parameter.name + ".v", at::zeros_like(parameter.value.detach())};
      }
      place_[parameter.name] = moments_.size();
      moments_.push_back(moment);
    }
  }

  void update(const std::vector<Parameter>& parameters, const std::vector<at::Tensor>& gradients, double learning_rate,
              int64_t step, double gradient_scale) override {
    const at::NoGradGuard no_gradients;
    const double decay = 1.0 - std::pow(static_cast<double>(step + 1), -kDecayExponent);
    std::vector<AdafactorParameter> changed;
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (!gradients[i].defined()) continue;
      const SecondMoment& moment = moments_[place_.at(parameters[i].name)];
      changed.push_back(
          {parameters[i].value.detach(), gradients[i], moment.rows.value, moment.columns.value, moment.full.value});
    }
    adafactor_step(changed, {learning_rate, decay, gradient_scale});
  }

  std::vector<NamedTensor> state() const override {
    std::vector<NamedTensor> all;
    for (const SecondMoment& moment : moments_) {
      if (moment.factored) {
        all.push_back(moment.rows);
        all.push_back(moment.columns);
      } else {
        all.push_back(moment.full);
      }
    }
    return all;
  }

 private:
  std::vector<SecondMoment> moments_;
  std::map<std::string, size_t> place_;
};

}  // namespace

std::unique_ptr<Optimizer> make_adafactor(const std::vector<Parameter>& parameters, int64_t min_factored) {
  return std::make_unique<Adafactor>(parameters, min_factored);
}

}  // namespace flanmoe
