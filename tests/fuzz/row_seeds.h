// First inputs of the targets that read rows.
#pragma once

#include <filesystem>

namespace flanmoe {

// Fills the folders json_rows, csv_rows, tsv_rows and xml_rows of `folder`.
void write_row_seeds(const std::filesystem::path& folder);

}  // namespace flanmoe
