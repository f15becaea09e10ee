// results.json -> one self-contained report.html (inline SVG and CSS, no scripts needed to read it). docs/results.md is
// the specification of results.json.
#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"

namespace flanmoe {

// UserError naming the missing key when `results` is not what docs/results.md says.
std::string render_report(const Json& results);
// The results.json of a study's folder. UserError when there is no such folder, or no such file in it.
std::filesystem::path results_of_study(const std::filesystem::path& folder);

void write_report(const std::filesystem::path& results_file, const std::filesystem::path& html_file);

}  // namespace flanmoe
