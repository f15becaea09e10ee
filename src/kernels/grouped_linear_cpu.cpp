#include <ATen/ATen.h>

#include "kernels/grouped_linear.h"
#include "kernels/linear.h"
#include "kernels/matrix_of.h"
#include "kernels/row_linear.h"

namespace flanmoe::kernels {
namespace {

// Calls body(e, begin, end) for every expert that has rows.
template <class Body>
void for_each_busy_expert(const at::Tensor& offsets, Body body) {
  const int64_t* bounds = offsets.const_data_ptr<int64_t>();
  for (int64_t e = 0; e + 1 < offsets.size(0); ++e) {
    if (bounds[e] < bounds[e + 1]) body(e, bounds[e], bounds[e + 1]);
  }
}

// out = weights row, for an expert that has a single one.
void one_row(const float* row, const at::Tensor& weights, float* out) {
  const auto outputs = static_cast<size_t>(weights.size(0)), inputs = static_cast<size_t>(weights.size(1));
  row_linear({row, inputs}, {{weights, {out, outputs}}});
}

// That our own loops can read them.
bool are_plain(const at::Tensor& x, const at::Tensor& y) {
  return x.scalar_type() == at::kFloat && x.is_contiguous() && y.is_contiguous();
}

// Whether an expert with so many rows takes our own products (kernels/linear.h says why).
bool takes_own_products(int64_t rows, const at::Tensor& x, const at::Tensor& y) {
  return rows >= kRowsOfOwnProducts && are_plain(x, y);
}

}  // namespace

at::Tensor grouped_linear_cpu(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& offsets) {
  at::Tensor out = at::empty({rows.size(0), weights.size(1)}, rows.options());
  const bool plain = are_plain(rows, weights);
  for_each_busy_expert(offsets, [&](int64_t e, int64_t begin, int64_t end) {
    if (plain && end - begin == 1) {
      one_row(rows.const_data_ptr<float>() + begin * rows.size(1), weights.select(0, e),
              out.mutable_data_ptr<float>() + begin * out.size(1));
      return;
    }
    at::Tensor slice = out.slice(0, begin, end);
    const at::Tensor mine = rows.slice(0, begin, end), weight = weights.select(0, e);
    if (takes_own_products(end - begin, rows, weights)) {
      product_into(slice, matrix_of(mine), transpose_of(weight), rows.size(1));
    } else {
      at::mm_out(slice, mine, weight.t());
    }
  });
  return out;
}

at::Tensor grouped_linear_cpu_input_gradient(const at::Tensor& gradient, const at::Tensor& weights,
                                             const at::Tensor& offsets) {
  at::Tensor out = at::empty({gradient.size(0), weights.size(2)}, gradient.options());
  for_each_busy_expert(offsets, [&](int64_t e, int64_t begin, int64_t end) {
    at::Tensor slice = out.slice(0, begin, end);
    const at::Tensor mine = gradient.slice(0, begin, end), weight = weights.select(0, e);
    if (takes_own_products(end - begin, gradient, weights)) {
      product_into(slice, matrix_of(mine), matrix_of(weight), gradient.size(1));
    } else {
      at::mm_out(slice, mine, weight);
    }
  });
  return out;
}

at::Tensor grouped_linear_cpu_weight_gradient(const at::Tensor& gradient, const at::Tensor& rows,
                                              const at::Tensor& offsets) {
  at::Tensor out = at::zeros({offsets.size(0) - 1, gradient.size(1), rows.size(1)}, gradient.options());
  for_each_busy_expert(offsets, [&](int64_t e, int64_t begin, int64_t end) {
    at::Tensor slice = out.select(0, e);
    const at::Tensor mine = gradient.slice(0, begin, end), read = rows.slice(0, begin, end);
    if (takes_own_products(end - begin, gradient, rows)) {
      product_into(slice, transpose_of(mine), matrix_of(read), end - begin);
    } else {
      at::mm_out(slice, mine.t(), read);
    }
  });
  return out;
}

}  // namespace flanmoe::kernels
