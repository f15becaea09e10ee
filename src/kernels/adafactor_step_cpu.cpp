#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/adafactor_step.h"
#include "kernels/array_blocks.h"
#include "kernels/eights.h"
#include "kernels/row_loops.h"
#include "tensor/threads.h"

// A matrix is worked on in blocks of fixed bounds, twice: gather reads gradient and value and makes all sums, apply
// writes the value; settle lies between and adds the sums of the blocks in their order. The cut of the update needs no
// reading of its own: with the factored moment the square of an update is g^2 (mean(r) / r_i) / c_j, and r_i is known
// as soon as row i is read, so that gather adds g^2 / r_i for each column, which settle divides by c_j.
namespace flanmoe::kernels {
namespace {

constexpr int64_t kBlock = 65536;       // numbers of a block, about
constexpr int64_t kTogether = 1 << 19;  // numbers of a matrix on which all threads work at once
constexpr int64_t kFloatColumns = 512;  // columns over which squares are added in float32

// A matrix with moment, scale and cut of its own. `v` or, factored, `rows` and `columns`.
struct Matrix {
  float* value;
  const float* gradient;
  float *rows, *columns, *v;
  int64_t num_rows, num_columns;
  int64_t size() const { return num_rows * num_columns; }
};

__m256 eight(double number) { return _mm256_set1_ps(static_cast<float>(number)); }

double added(const std::vector<double>& parts) { return std::accumulate(parts.begin(), parts.end(), 0.0); }

// What a step multiplies the normalised gradient by.
double step_size(double mean_square_of_value, double mean_square_of_update, double learning_rate) {
  const double scale = std::max(std::sqrt(mean_square_of_value), kAdafactorScaleFloor);
  return learning_rate * scale / std::max(std::sqrt(mean_square_of_update) / kAdafactorClip, 1.0);
}

// The moment after it has taken a mean of squares in: with the same bits wherever it is compiled into.
float taken_in(float moment, double mean_square, double decay) {
  const double now = (1.0 - decay) * (mean_square + kAdafactorGradientFloor);
  return static_cast<float>(std::fma(decay, static_cast<double>(moment), now));
}

class FullStep {
 public:
  FullStep(const Matrix& matrix, const AdafactorRule& rule)
      : m_(matrix), rule_(rule), values_(num_blocks()), updates_(num_blocks()) {}

  int64_t num_blocks() const { return (m_.size() + kBlock - 1) / kBlock; }

  void gather(int64_t block) {
    const __m256 scale = eight(rule_.gradient_scale), decay = eight(rule_.decay), rest = eight(1.0 - rule_.decay),
                 floor = eight(kAdafactorGradientFloor);
    const float* gradients = m_.gradient;
    float* moments = m_.v;
    __m256d low = _mm256_setzero_pd(), high = low;
    each_eight(begin_of(block), end_of(block), [&](int64_t i, auto places) {
      const __m256 gradient = _mm256_mul_ps(load(gradients + i, places), scale);
      const __m256 square = _mm256_mul_ps(gradient, gradient), moment = load(moments + i, places);
      const __m256 v = _mm256_fmadd_ps(rest, _mm256_add_ps(square, floor), _mm256_mul_ps(decay, moment));
      store(moments + i, v, places);
      const __m256 update = _mm256_div_ps(square, v);
      low = _mm256_add_pd(low, low_half(update));
      high = _mm256_add_pd(high, high_half(update));
    });
    updates_[block] = sum_of(_mm256_add_pd(low, high));
    values_[block] = sum_of_squares(m_.value + begin_of(block), end_of(block) - begin_of(block));
  }

  void settle() {
    const double values = added(values_), updates = added(updates_), size = static_cast<double>(m_.size());
    step_ = step_size(values / size, updates / size, rule_.learning_rate) * rule_.gradient_scale;
  }

  void apply(int64_t block) const {
    const __m256 step = eight(step_);
    const float *gradients = m_.gradient, *moments = m_.v;
    float* values = m_.value;
    each_eight(begin_of(block), end_of(block), [&](int64_t i, auto places) {
      const __m256 root = _mm256_sqrt_ps(load(moments + i, places));
      const __m256 update = _mm256_div_ps(load(gradients + i, places), root);
      store(values + i, _mm256_fnmadd_ps(step, update, load(values + i, places)), places);
    });
  }

 private:
  static int64_t begin_of(int64_t block) { return block * kBlock; }
  int64_t end_of(int64_t block) const { return std::min(begin_of(block + 1), m_.size()); }

  const Matrix m_;
  const AdafactorRule rule_;
  std::vector<double> values_, updates_;  // sums of squares of each block
  double step_ = 0.0;
};

class FactoredStep {
 public:
  FactoredStep(const Matrix& matrix, const AdafactorRule& rule)
      : m_(matrix),
        rule_(rule),
        rows_per_block_(std::max<int64_t>(8, kBlock / matrix.num_columns / 8 * 8)),
        padded_columns_((matrix.num_columns + 7) / 8 * 8),
        values_(num_blocks()),
        columns_(2 * num_blocks() * padded_columns_),
        column_factors_(matrix.num_columns) {}

  int64_t num_blocks() const { return (m_.num_rows + rows_per_block_ - 1) / rows_per_block_; }

  void gather(int64_t block) {
    int64_t row = begin_of(block);
    for (; row + 8 <= end_of(block); row += 8) gather_rows<8>(row, squares_of(block), updates_of(block));
    for (; row < end_of(block); ++row) gather_rows<1>(row, squares_of(block), updates_of(block));
    const int64_t count = (end_of(block) - begin_of(block)) * m_.num_columns;
    values_[block] = sum_of_squares(m_.value + begin_of(block) * m_.num_columns, count);
  }

  void settle() {
    for (int64_t block = 1; block < num_blocks(); ++block) {
      const double* sums = squares_of(block);
#pragma omp simd
      for (int64_t i = 0; i < 2 * padded_columns_; ++i) columns_[i] += sums[i];
    }
    const double size = static_cast<double>(m_.size()), mean_row = sum_of_rows() / static_cast<double>(m_.num_rows);
    const double update = mean_row * settle_columns() / size;
    step_ = step_size(added(values_) / size, update, rule_.learning_rate) * rule_.gradient_scale * std::sqrt(mean_row);
  }

  void apply(int64_t block) const {
    for (int64_t row = begin_of(block); row < end_of(block); ++row) {
      const __m256 factor = eight(step_ / std::sqrt(static_cast<double>(m_.rows[row])));
      const float* gradient = m_.gradient + row * m_.num_columns;
      float* value = m_.value + row * m_.num_columns;
      each_eight(0, m_.num_columns, [&](int64_t i, auto places) {
        const __m256 update = _mm256_mul_ps(load(gradient + i, places), load(column_factors_.data() + i, places));
        store(value + i, _mm256_fnmadd_ps(factor, update, load(value + i, places)), places);
      });
    }
  }

 private:
  int64_t begin_of(int64_t block) const { return block * rows_per_block_; }
  int64_t end_of(int64_t block) const { return std::min(begin_of(block + 1), m_.num_rows); }
  double* squares_of(int64_t block) { return columns_.data() + 2 * block * padded_columns_; }
  double* updates_of(int64_t block) { return squares_of(block) + padded_columns_; }

  double sum_of_rows() const { return std::accumulate(m_.rows, m_.rows + m_.num_rows, 0.0); }

  // The columns' moments take their squares in. Gives the sum of g^2 / (r c).
  double settle_columns() {
    const double scale = rule_.gradient_scale * rule_.gradient_scale / static_cast<double>(m_.num_rows);
    const double *squares = squares_of(0), *updates = updates_of(0), decay = rule_.decay;
    float *moments = m_.columns, *factors = column_factors_.data();
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (int64_t column = 0; column < m_.num_columns; ++column) {
      const float moment = taken_in(moments[column], scale * squares[column], decay);
      moments[column] = moment;
      factors[column] = 1.0f / std::sqrt(moment);
      sum += updates[column] / moment;
    }
    return sum;
  }

  // The row's moment takes its squares in; `squares` and `updates` of each column take in g^2 and g^2 / r.
  template <int kRows>
  void gather_rows(int64_t row, double* squares, double* updates) {
    const int64_t width = m_.num_columns;
    const float* gradient = m_.gradient + row * width;
    double sums[kRows] = {};
    for (int64_t begin = 0; begin < width; begin += kFloatColumns) {
      __m256 parts[kRows] = {};
      each_eight(begin, std::min(begin + kFloatColumns, width), [&](int64_t i, auto places) {
#pragma GCC unroll 8
        for (int n = 0; n < kRows; ++n) {
          const __m256 g = load(gradient + n * width + i, places);
          parts[n] = _mm256_fmadd_ps(g, g, parts[n]);
        }
      });
      for (int n = 0; n < kRows; ++n) sums[n] += sum_of_doubles(parts[n]);
    }
    const double scale = rule_.gradient_scale * rule_.gradient_scale;
    __m256 over_row[kRows];
    for (int n = 0; n < kRows; ++n) {
      float& moment = m_.rows[row + n];
      moment = taken_in(moment, scale * sums[n] / static_cast<double>(width), rule_.decay);
      over_row[n] = eight(scale / moment);
    }
    each_eight(0, width, [&](int64_t i, auto places) {
      __m256 square = _mm256_setzero_ps(), update = square;
#pragma GCC unroll 8
      for (int n = 0; n < kRows; ++n) {
        const __m256 g = load(gradient + n * width + i, places), g2 = _mm256_mul_ps(g, g);
        square = _mm256_add_ps(square, g2);
        update = _mm256_fmadd_ps(g2, over_row[n], update);
      }
      add(squares + i, square);
      add(updates + i, update);
    });
  }
  static void add(double* to, __m256 eight_numbers) {
    _mm256_storeu_pd(to, _mm256_add_pd(_mm256_loadu_pd(to), low_half(eight_numbers)));
    _mm256_storeu_pd(to + 4, _mm256_add_pd(_mm256_loadu_pd(to + 4), high_half(eight_numbers)));
  }

  const Matrix m_;
  const AdafactorRule rule_;
  const int64_t rows_per_block_, padded_columns_;
  std::vector<double> values_;   // sum of squares of each block
  std::vector<double> columns_;  // of each block and column: sums of g^2, then of g^2 / r
  std::vector<float> column_factors_;
  double step_ = 0.0;
};

template <class Step>
void run(Step&& step) {
  split_work(0, step.num_blocks(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) step.gather(block);
  });
  step.settle();
  split_work(0, step.num_blocks(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = end - 1; block >= begin; --block) step.apply(block);  // first what the cache still holds
  });
}

// Whether all are zero to the bit: where one is negative, a value that is a negative zero would change its sign.
bool is_zero(const float* x, int64_t count) {
  constexpr int64_t kAtOnce = 1024;
  for (int64_t begin = 0; begin < count; begin += kAtOnce) {
    __m256i bits = _mm256_setzero_si256();
    each_eight(begin, std::min(begin + kAtOnce, count),
               [&](int64_t i, auto places) { bits = _mm256_or_si256(bits, _mm256_castps_si256(load(x + i, places))); });
    if (!_mm256_testz_si256(bits, bits)) return false;
  }
  return true;
}

void take_zeros_in(float* moments, int64_t count, double decay) {
  for (int64_t i = 0; i < count; ++i) moments[i] = taken_in(moments[i], 0.0, decay);
}

void step_matrix(const Matrix& m, const AdafactorRule& rule) {
  if (m.v) {
    run(FullStep(m, rule));
  } else if (is_zero(m.gradient, m.size())) {
    take_zeros_in(m.rows, m.num_rows, rule.decay);
    take_zeros_in(m.columns, m.num_columns, rule.decay);
  } else {
    run(FactoredStep(m, rule));
  }
}

void append_matrices(const AdafactorParameter& p, std::vector<Matrix>& matrices) {
  if (p.value.numel() == 0) return;
  float* value = p.value.mutable_data_ptr<float>();
  const float* gradient = p.gradient.const_data_ptr<float>();
  if (p.v.defined()) {
    matrices.push_back({value, gradient, nullptr, nullptr, p.v.mutable_data_ptr<float>(), 1, p.value.numel()});
    return;
  }
  const int64_t num_rows = p.value.size(-2), num_columns = p.value.size(-1), size = num_rows * num_columns;
  float *rows = p.v_row.mutable_data_ptr<float>(), *columns = p.v_column.mutable_data_ptr<float>();
  for (int64_t e = 0; e < p.value.numel() / size; ++e) {
    matrices.push_back({value + e * size, gradient + e * size, rows + e * num_rows, columns + e * num_columns, nullptr,
                        num_rows, num_columns});
  }
}

}  // namespace

void adafactor_step_cpu(at::ArrayRef<AdafactorParameter> parameters, const AdafactorRule& rule) {
  std::vector<Matrix> matrices;
  for (const AdafactorParameter& parameter : parameters) append_matrices(parameter, matrices);
  std::vector<Matrix> small;
  std::vector<int64_t> sizes;
  for (const Matrix& matrix : matrices) {
    if (matrix.size() > kTogether) {
      step_matrix(matrix, rule);
    } else {
      small.push_back(matrix);
      sizes.push_back(matrix.size());
    }
  }
  each_block(blocks_of(sizes, kTogether), [&](size_t place) { step_matrix(small[place], rule); });  // one by one
}

}  // namespace flanmoe::kernels
