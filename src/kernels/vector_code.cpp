#include "kernels/vector_code.h"

#include <ATen/Version.h>

#include <string_view>

namespace flanmoe {

bool has_avx512() {
  static const bool has = std::string_view(at::get_cpu_capability()) == "AVX512";
  return has;
}

}  // namespace flanmoe
