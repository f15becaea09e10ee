// A folder of ours is there whole or not at all, also where a removal of it is killed.
#pragma once

#include <filesystem>

namespace flanmoe {

// Renames the folder to a leftover (remove_leftovers, base/files.h), then deletes it. Nothing to do where there is
// none. RunError with the reason when it cannot be removed.
void remove_folder(const std::filesystem::path& path);

}  // namespace flanmoe
