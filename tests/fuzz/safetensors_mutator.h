// Changes of a safetensors file that keep it one, or nearly: of whole tensors, types, sizes and places.
#pragma once

#include <cstdint>
#include <string>

namespace flanmoe {

struct SafetensorsParts {
  std::string header, data;
};

// Changes one thing of one tensor or adds, renames or removes one; in half of the cases the tensors are then laid out
// anew, so that the file is whole but for that. Parts whose header is no JSON object stay as they are.
void mutate_tensors(SafetensorsParts& parts, uint32_t seed, size_t max_data_bytes);

}  // namespace flanmoe
