// Unpacking of Zstandard data held in memory.
#pragma once

#include <string>
#include <string_view>

namespace flanmoe {

// All frames of a .zst file, one after the other. std::runtime_error with the reason when the data is cut short,
// damaged, followed by something else, or larger than `limit` bytes when unpacked.
std::string unpack_zstd(std::string_view packed, size_t limit);

}  // namespace flanmoe
