// Readers of the formats people have: one function per format, named in one table.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/task.h"

namespace flanmoe {

// Rows of one file; UserError naming file and line for a malformed row.
using Reader = std::vector<TaskRow> (*)(const std::filesystem::path& file);

// UserError with the nearest name for a format nobody reads.
Reader reader_for(const std::string& format, const std::string& where);

std::vector<std::string> reader_names();

std::vector<TaskRow> read_jsonl(const std::filesystem::path& file);

}  // namespace flanmoe
