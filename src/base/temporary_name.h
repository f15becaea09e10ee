// Names of what is written, or removed, beside its place: "X.tmp-PID-N" for X. A kill leaves them.
#pragma once

#include <filesystem>

namespace flanmoe {

// A name in the same folder that no other living process or thread uses. What is found there is left from a crash of a
// process that had the same id (in a container they all do) and is replaced.
std::filesystem::path temporary_beside(const std::filesystem::path& path);

// The folder that holds what the path names: "." for a name alone.
std::filesystem::path folder_of(const std::filesystem::path& path);

bool is_temporary(const std::filesystem::path& path);

// Removes what processes that are gone left beside `path`.
void sweep_beside(const std::filesystem::path& path);

}  // namespace flanmoe
