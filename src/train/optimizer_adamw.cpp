#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <map>
#include <string>

#include "model/parameter.h"
#include "train/optimizer.h"

namespace flanmoe {
namespace {

struct AdamWStep {
  float rate, beta1, beta2, epsilon, decay, correction1, correction2;
};

// One fused pass: parameters, both moments. m and v are corrected for their start at zero.
__attribute__((target_clones("avx512f", "avx2", "default"))) void adamw_update(float* value, float* m, float* v,
                                                                               const float* gradient, int64_t count,
                                                                               AdamWStep s) {
  for (int64_t i = 0; i < count; ++i) {
    m[i] += (1.0f - s.beta1) * (gradient[i] - m[i]);
    v[i] += (1.0f - s.beta2) * (gradient[i] * gradient[i] - v[i]);
    const float root = __builtin_sqrtf(v[i] * s.correction2) + s.epsilon;
    value[i] -= s.rate * (m[i] * s.correction1 / root + s.decay * value[i]);
  }
}

// The same as tensor expressions, for any device.
void adamw_update_reference(at::Tensor value, at::Tensor m, at::Tensor v, const at::Tensor& gradient, AdamWStep s) {
  m.add_(gradient - m, 1.0f - s.beta1);
  v.add_(gradient * gradient - v, 1.0f - s.beta2);
  const at::Tensor root = (v * s.correction2).sqrt_().add_(s.epsilon);
  value.sub_((m * s.correction1 / root + value * s.decay) * s.rate);
}

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
              int64_t step) override {
    const at::NoGradGuard no_gradients;
    const AdamWStep s{static_cast<float>(learning_rate),
                      static_cast<float>(options_.beta1),
                      static_cast<float>(options_.beta2),
                      static_cast<float>(options_.epsilon),
                      static_cast<float>(options_.weight_decay),
                      static_cast<float>(1.0 / (1.0 - std::pow(options_.beta1, step + 1))),
                      static_cast<float>(1.0 / (1.0 - std::pow(options_.beta2, step + 1)))};
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (!gradients[i].defined()) continue;
      const at::Tensor &value = parameters[i].value, gradient = gradients[i].contiguous();
      const size_t place = place_.at(parameters[i].name);
      if (!value.is_cpu()) {
        adamw_update_reference(value.detach(), m_[place].value, v_[place].value, gradient, s);
        continue;
      }
      adamw_update(value.mutable_data_ptr<float>(), m_[place].value.mutable_data_ptr<float>(),
                   v_[place].value.mutable_data_ptr<float>(), gradient.const_data_ptr<float>(), value.numel(), s);
    }
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
