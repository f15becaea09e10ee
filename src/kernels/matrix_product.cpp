#include "kernels/matrix_product.h"

#include <algorithm>
#include <memory>

#include "kernels/vector_code.h"
#include "tensor/threads.h"

namespace flanmoe::kernels {
namespace {

// Blocks of a (rows, depth) stay in a core's cache of the second level, blocks of b (depth, columns) in the third's.
constexpr int64_t kBlockRows = 168, kBlockDepth = 256, kBlockColumns = 1024;
constexpr int64_t kGrain = 1 << 20;  // multiply-adds for which it is worth starting a thread

// Room of a thread that is kept from call to call.
class Room {
 public:
  float* of(int64_t numbers) {
    if (numbers > size_) {
      numbers_ = std::make_unique_for_overwrite<float[]>(static_cast<size_t>(numbers));
      size_ = numbers;
    }
    return numbers_.get();
  }

 private:
  std::unique_ptr<float[]> numbers_;
  int64_t size_ = 0;
};
thread_local Room room_for_a, room_for_b;

const ProductLoops& loops() { return has_avx512() ? kProductByAvx512 : kProductByAvx2; }

// Packs b's panels of columns, the threads sharing them.
const float* packed_b(const ProductLoops& by, MatrixView b, int64_t columns, int64_t depth) {
  float* to = room_for_b.of(by.b_numbers(columns, depth));
  const int64_t panels = (columns + by.tile_columns - 1) / by.tile_columns;
  split_work(0, panels, std::max<int64_t>(1, (kGrain / 16) / (depth * by.tile_columns)),
             [=, &by](int64_t begin, int64_t end) {
               const int64_t first = begin * by.tile_columns, count = std::min(columns, end * by.tile_columns) - first;
               by.pack_b(b.from(0, first), count, depth, to + first * depth);
             });
  return to;
}

}  // namespace

void matrix_product(int64_t rows, int64_t columns, int64_t depth, MatrixView a, MatrixView b, float* c,
                    int64_t c_stride, bool add) {
  const ProductLoops& by = loops();
  if (depth == 0 && !add) {
    for (int64_t row = 0; row < rows; ++row) std::fill_n(c + row * c_stride, columns, 0.0f);
  }
  for (int64_t column = 0; column < columns; column += kBlockColumns) {
    const int64_t width = std::min(kBlockColumns, columns - column);
    for (int64_t k = 0; k < depth; k += kBlockDepth) {
      const int64_t deep = std::min(kBlockDepth, depth - k);
      const float* packed = packed_b(by, b.from(k, column), width, deep);
      const int64_t tiles = (rows + by.tile_rows - 1) / by.tile_rows;
      const int64_t grain = std::max<int64_t>(1, kGrain / (by.tile_rows * width * deep));
      split_work(0, tiles, grain, [=, &by](int64_t begin, int64_t end) {
        const int64_t last = std::min(rows, end * by.tile_rows);
        for (int64_t row = begin * by.tile_rows; row < last; row += kBlockRows) {
          const int64_t here = std::min(kBlockRows, last - row);
          float* block = room_for_a.of(by.a_numbers(here, deep));
          by.pack_a(a.from(row, k), here, deep, block);
          by.multiply(block, packed, here, width, deep, c + row * c_stride + column, c_stride, add || k > 0);
        }
      });
    }
  }
}

}  // namespace flanmoe::kernels
