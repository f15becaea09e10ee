#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "model/parameter.h"
#include "train/optimizer.h"

namespace flanmoe {
namespace {

constexpr double kDecayExponent = 0.8, kGradientFloor = 1e-30, kScaleFloor = 1e-3, kClip = 1.0;

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

// Root mean square over everything, or per expert (kept as [E, 1, 1]).
at::Tensor root_mean_square(const at::Tensor& x, bool per_expert) {
  return (per_expert ? x.square().mean(at::IntArrayRef{1, 2}, true) : x.square().mean()).sqrt();
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
              int64_t step) override {
    const at::NoGradGuard no_gradients;
    const double decay = 1.0 - std::pow(static_cast<double>(step + 1), -kDecayExponent);
    for (size_t i = 0; i < parameters.size(); ++i) {
      const at::Tensor value = parameters[i].value.detach();
      if (!gradients[i].defined()) continue;
      at::Tensor update = normalised(moments_[place_.at(parameters[i].name)], gradients[i], decay);
      update = update / (root_mean_square(update, parameters[i].place.per_expert()) / kClip).clamp_min(1.0);
      const at::Tensor scale = root_mean_square(value, parameters[i].place.per_expert()).clamp_min(kScaleFloor);
      value.sub_(learning_rate * scale * update);
    }
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
  // gradient / sqrt(second moment), after the moment has taken the gradient in.
  static at::Tensor normalised(SecondMoment& moment, const at::Tensor& gradient, double decay) {
    const at::Tensor square = gradient.square() + kGradientFloor;
    if (!moment.factored) {
      moment.full.value.mul_(decay).add_(square, 1.0 - decay);
      return gradient / moment.full.value.sqrt();
    }
    moment.rows.value.mul_(decay).add_(square.mean(-1), 1.0 - decay);
    moment.columns.value.mul_(decay).add_(square.mean(-2), 1.0 - decay);
    // Two factors, as their product underflows where a row and a column are both zero (a dead hidden unit).
    const at::Tensor row_share = moment.rows.value / moment.rows.value.mean(-1, true);
    return gradient * row_share.rsqrt().unsqueeze(-1) * moment.columns.value.rsqrt().unsqueeze(-2);
  }

  std::vector<SecondMoment> moments_;
  std::map<std::string, size_t> place_;
};

}  // namespace

std::unique_ptr<Optimizer> make_adafactor(const std::vector<Parameter>& parameters, int64_t min_factored) {
  return std::make_unique<Adafactor>(parameters, min_factored);
}

}  // namespace flanmoe
