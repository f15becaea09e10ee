#include "kernels/matrix_product_loops.h"

namespace flanmoe::kernels {

const ProductLoops kProductByAvx2 = kLoops;

}  // namespace flanmoe::kernels
