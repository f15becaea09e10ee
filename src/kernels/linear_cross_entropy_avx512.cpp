#include "kernels/linear_cross_entropy_loops.h"

namespace flanmoe::kernels {

const CrossEntropyLoops kCrossEntropyByAvx512 = {losses};

}  // namespace flanmoe::kernels
