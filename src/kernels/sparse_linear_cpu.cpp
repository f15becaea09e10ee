#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "kernels/row_loops.h"
#include "kernels/sparse_linear.h"
#include "tensor/threads.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kParts = 8;      // sums that are made apart, whatever the number of threads: so is the result
constexpr int64_t kStreams = 8;    // inputs far apart that are read at once: memory answers them faster than one
constexpr int64_t kGrain = 32768;  // weights for which it is worth starting a thread
constexpr int64_t kTile = 8;       // rows and columns turned around together, to stay in the cache

std::vector<int64_t> places_not_zero(std::span<const float> h) {
  std::vector<int64_t> places(h.size());
  size_t count = 0;
  for (size_t f = 0; f < h.size(); ++f) {  // without a branch, which would be guessed wrong half the time
    places[count] = static_cast<int64_t>(f);
    count += h[f] != 0.0f;
  }
  places.resize(count);
  return places;
}

// sum += the rows' weighted sum.
void add_streams(float* sum, const float* const rows[kStreams], const float factors[kStreams], int64_t width) {
  int64_t d = 0;
  for (; d + 8 <= width; d += 8) {
    __m256 even = load_eight(sum + d), odd = _mm256_setzero_ps();
    for (int64_t k = 0; k < kStreams; k += 2) {
      even = _mm256_fmadd_ps(load_eight(rows[k] + d), _mm256_set1_ps(factors[k]), even);
      odd = _mm256_fmadd_ps(load_eight(rows[k + 1] + d), _mm256_set1_ps(factors[k + 1]), odd);
    }
    _mm256_storeu_ps(sum + d, _mm256_add_ps(even, odd));
  }
  for (; d < width; ++d) {
    for (int64_t k = 0; k < kStreams; ++k) sum[d] += factors[k] * rows[k][d];
  }
}

}  // namespace

at::Tensor by_input_cpu(const at::Tensor& weights) {
  const int64_t num_outputs = weights.size(0), num_inputs = weights.size(1);
  at::Tensor rows = at::empty({num_inputs, num_outputs}, weights.options());
  const float* from = weights.const_data_ptr<float>();
  float* to = rows.mutable_data_ptr<float>();
  split_work(0, num_inputs, kTile, [=](int64_t begin, int64_t end) {
    for (int64_t tile = 0; tile < num_outputs; tile += kTile) {
      const int64_t tile_end = std::min(num_outputs, tile + kTile);
      for (int64_t f = begin; f < end; ++f) {
        for (int64_t d = tile; d < tile_end; ++d) to[f * num_outputs + d] = from[d * num_inputs + f];
      }
    }
  });
  return rows.t();
}

void sparse_linear_cpu(std::span<const float> h, const at::Tensor& weights, std::span<float> out) {
  const std::vector<int64_t> places = places_not_zero(h);
  const auto num_places = static_cast<int64_t>(places.size()), width = weights.size(0);
  const float* inputs = weights.const_data_ptr<float>();
  std::vector<float> sums(static_cast<size_t>(kParts * width), 0.0f);
  const int64_t grain = 1 + kGrain * kParts / (num_places * width + 1);
  split_work(0, kParts, grain, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      float* sum = sums.data() + part * width;
      const int64_t first = num_places * part / kParts, last = num_places * (part + 1) / kParts;
      const int64_t per_stream = (last - first) / kStreams;
      for (int64_t i = first; i < first + per_stream; ++i) {
        const float* rows[kStreams];
        float factors[kStreams];
        for (int64_t k = 0; k < kStreams; ++k) {
          const int64_t f = places[i + k * per_stream];
          rows[k] = inputs + f * width;
          factors[k] = h[f];
        }
        add_streams(sum, rows, factors, width);
      }
      for (int64_t i = first + kStreams * per_stream; i < last; ++i) {
        add_scaled(sum, inputs + places[i] * width, h[places[i]], width);
      }
    }
  });
  std::fill(out.begin(), out.end(), 0.0f);
  for (int64_t part = 0; part < kParts; ++part) add_scaled(out.data(), sums.data() + part * width, 1.0f, width);
}

}  // namespace flanmoe::kernels
