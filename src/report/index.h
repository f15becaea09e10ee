// Several studies on one self-contained page: a row for each question of each, with a link to the study's report.
#pragma once

#include <filesystem>
#include <vector>

namespace flanmoe {

// `studies`: folders that hold results.json; their report.html, where there is one, is linked by a path that leads from
// the page's own folder, which is made where there is none. UserError naming the folder: not there, without
// results.json, or with one that is not as docs/results.md says.
void write_report_index(const std::vector<std::filesystem::path>& studies, const std::filesystem::path& html_file);

}  // namespace flanmoe
