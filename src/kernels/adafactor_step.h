// One step of Adafactor as T5X has it (docs/routing.md 13): the second moment of the gradient takes it in, the gradient
// over its root is cut to a root mean square of 1 and scaled by that of the value. No gradient.
// Legend: E experts, O rows, I columns.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

namespace flanmoe {

// A parameter and its second moment, all of one dtype and device; value and moment are changed. Either the moment is
// factored into means over columns and over rows: value [O, I], v_row [O], v_column [I]; or, for experts, each of which
// is then a matrix with moment, scale and cut of its own, value [E, O, I], v_row [E, O], v_column [E, I]. Or it is
// full: v of the value's shape, which is any.
struct AdafactorParameter {
  at::Tensor value, gradient;
  at::Tensor v_row, v_column;
  at::Tensor v;
};

struct AdafactorRule {
  double learning_rate = 0.0;   // a share of the value's root mean square
  double decay = 0.0;           // of the moments
  double gradient_scale = 1.0;  // multiplies every gradient: clipping by the global norm
};

inline constexpr double kAdafactorGradientFloor = 1e-30;  // added to squares of the gradient
inline constexpr double kAdafactorScaleFloor = 1e-3;      // least root mean square of a value
inline constexpr double kAdafactorClip = 1.0;             // largest root mean square of an update before it is scaled

// float32 on the CPU: gradient and value are read twice and the value written once, a full moment read twice and
// written once; the same bits for any number of threads. A factored matrix whose gradient is all zero (an expert
// without tokens) keeps its value, while its moments decay and take the floor in, as the rule has it: no more is done,
// and the bits are those of doing it all (of finite values).
void adafactor_step(at::ArrayRef<AdafactorParameter> parameters, const AdafactorRule& rule);

// One parameter by torch's own operations, for any device and dtype: the oracle.
void adafactor_step_reference(const AdafactorParameter& parameter, const AdafactorRule& rule);

namespace kernels {
// Of contiguous float32.
void adafactor_step_cpu(at::ArrayRef<AdafactorParameter> parameters, const AdafactorRule& rule);
}  // namespace kernels

}  // namespace flanmoe
