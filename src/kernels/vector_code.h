// Which instruction set kernels take whose loops are compiled for several.
#pragma once

namespace flanmoe {

// AVX-512 (F, VL, DQ, BW), if the processor has it and ATEN_CPU_CAPABILITY, libtorch's own variable, asks for no less.
bool has_avx512();

}  // namespace flanmoe
