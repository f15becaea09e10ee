#include "kernels/bias_attention_loops.h"

namespace flanmoe::kernels {

const AttentionLoops kAttentionByAvx2 = {scratch_numbers, forward, backward};

}  // namespace flanmoe::kernels
