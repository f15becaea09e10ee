#include "kernels/matrix_product_loops.h"

namespace flanmoe::kernels {

const ProductLoops kProductByAvx512 = kLoops;

}  // namespace flanmoe::kernels
