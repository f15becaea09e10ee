#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <map>
#include <string>

#include "kernels/adamw_step.h"
#include "model/parameter.h"
#include "train/optimizer.h"

namespace flanmoe {
namespace {

class AdamW final : public Optimizer {
 public:
  AdamW(const std::vector<Parameter>& parameters, const OptimizerOptions& options) : options_(options) {
    for (const Parameter& parameter : parameters) {
      place_[parameter.name] = m_.size();
      m_.push_back({parameter.name + ".m", at::zeros_like(parameter.value.detach())});
      v_.push_back({parameter.name + ".v", at::zeros_like(parameter.value.detach())});
    }
  }

  void update(const std::vector<Parameter>& parameters, const std::vector<at::Tensor>& gradients, double learning_rate,
              int64_t step, double gradient_scale) override {
    const at::NoGradGuard no_gradients;
    std::vector<AdamWParameter> changed;
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (!gradients[i].defined()) continue;
      const size_t place = place_.at(parameters[i].name);
      changed.push_back({parameters[i].value.detach(), gradients[i], m_[place].value, v_[place].value});
    }
    adamw_step(changed, {learning_rate, options_.beta1, options_.beta2, options_.epsilon, options_.weight_decay,
                         gradient_scale, step});
  }

  std::vector<NamedTensor> state() const override {
    std::vector<NamedTensor> all = m_;
    all.insert(all.end(), v_.begin(), v_.end());
    return all;
  }

 private:
  OptimizerOptions options_;
  std::vector<NamedTensor> m_, v_;
  std::map<std::string, size_t> place_;  // in both
};

}  // namespace

std::unique_ptr<Optimizer> make_adamw(const std::vector<Parameter>& parameters, const OptimizerOptions& options) {
  return std::make_unique<AdamW>(parameters, options);
}

}  // namespace flanmoe
