// What commands write: new folders.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace flanmoe {

// UserError when what --out names is there already. Asked before the work begins, not at its end.
void expect_new_folder(const std::string& out);

// create_folder_atomically (base/files.h), with the folders above it.
void create_output_folder(const std::string& out, const std::function<void(const std::filesystem::path&)>& fill);

}  // namespace flanmoe
