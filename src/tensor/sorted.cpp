#include "tensor/sorted.h"

#include <ATen/ATen.h>

namespace flanmoe {

at::Tensor order_by_falling(const at::Tensor& keys, const at::Tensor& values) {
  const at::Tensor falling = at::argsort(values, /*stable=*/true, 0, /*descending=*/true);
  return falling.index_select(0, at::argsort(keys.index_select(0, falling), /*stable=*/true, 0));
}

at::Tensor rank_in_run(const at::Tensor& rising) {
  return at::arange(rising.size(0), rising.options()) - at::searchsorted(rising, rising);
}

at::Tensor interval_of_each(const at::Tensor& bounds, int64_t count) {
  return at::searchsorted(bounds, at::arange(count, bounds.options()), /*out_int32=*/false, /*right=*/true) - 1;
}

}  // namespace flanmoe
