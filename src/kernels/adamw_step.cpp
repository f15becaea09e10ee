#include "kernels/adamw_step.h"

#include <ATen/ATen.h>

#include <vector>

#include "kernels/in_place.h"

namespace flanmoe {

void adamw_step(at::ArrayRef<AdamWParameter> parameters, const AdamWRule& rule) {
  std::vector<AdamWParameter> plain;
  for (const AdamWParameter& p : parameters) {
    for (const at::Tensor* other : {&p.gradient, &p.m, &p.v})
      check_beside("adamw_step", p.value, p.value.sizes(), *other);
    if (is_plain(p.value) && is_plain(p.m) && is_plain(p.v)) {
      plain.push_back({p.value, p.gradient.contiguous(), p.m, p.v});
    } else {
      adamw_step_reference(p, rule);
    }
  }
  kernels::adamw_step_cpu(plain, rule);
}

}  // namespace flanmoe
