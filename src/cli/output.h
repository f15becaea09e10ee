// What commands write: new folders, and JSON a line at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/json.h"

namespace flanmoe {

// UserError when what --out names is there already. Asked before the work begins, not at its end.
void expect_new_folder(const std::string& out);

// create_folder_atomically (base/files.h), with the folders above it.
void create_output_folder(const std::string& out, const std::function<void(const std::filesystem::path&)>& fill);

// A value on one line. Invalid UTF-8 in a text is written as U+FFFD.
std::string json_line(const Json& value);

}  // namespace flanmoe
