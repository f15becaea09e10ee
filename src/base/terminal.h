// The terminal that a stream may be.
#pragma once

#include <cstddef>

namespace flanmoe {

// Columns of the terminal behind a descriptor; 80 when it does not say.
size_t terminal_width(int descriptor);

}  // namespace flanmoe
