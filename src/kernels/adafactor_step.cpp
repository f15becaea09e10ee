#include "kernels/adafactor_step.h"

#include <ATen/ATen.h>

#include <vector>

#include "kernels/in_place.h"

namespace flanmoe {
namespace {

void check(const AdafactorParameter& p) {
  const char* op = "adafactor_step";
  const at::IntArrayRef shape = p.value.sizes();
  check_beside(op, p.value, shape, p.gradient);
  if (p.v.defined()) {
    check_beside(op, p.value, shape, p.v);
    return;
  }
  TORCH_CHECK(shape.size() == 2 || shape.size() == 3, op, ": a factored value [O, I] or [E, O, I] expected, got ",
              shape);
  std::vector<int64_t> by_column = shape.vec();
  by_column.erase(by_column.end() - 2);
  check_beside(op, p.value, shape.slice(0, shape.size() - 1), p.v_row);
  check_beside(op, p.value, by_column, p.v_column);
}

bool all_plain(const AdafactorParameter& p) {
  return is_plain(p.value) && (p.v.defined() ? is_plain(p.v) : is_plain(p.v_row) && is_plain(p.v_column));
}

}  // namespace

void adafactor_step(at::ArrayRef<AdafactorParameter> parameters, const AdafactorRule& rule) {
  std::vector<AdafactorParameter> plain;
  for (const AdafactorParameter& p : parameters) {
    check(p);
    if (all_plain(p)) {
      plain.push_back(p);
      plain.back().gradient = p.gradient.contiguous();
    } else {
      adafactor_step_reference(p, rule);
    }
  }
  kernels::adafactor_step_cpu(plain, rule);
}

}  // namespace flanmoe
