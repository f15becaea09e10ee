// How the C library's allocator treats large blocks.
#pragma once

namespace flanmoe {

// Freed memory stays with the process for its next use, blocks up to 32 MiB too. By default such blocks go back to the
// system, and every step of training or evaluation asks for the same pages again, which the system then has to clear.
void keep_freed_memory();

}  // namespace flanmoe
