// A data file as readers see it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace flanmoe {

struct DataFile {
  std::filesystem::path path;
  std::string part;                            // which of the file's parts, "" = all of it
  std::map<std::string, std::string> columns;  // our name -> the file's column, empty = the format's own names
  std::string text;                            // not empty, as base/text_file.h has it
  std::vector<std::string> options = {};       // of every row, where the file brings none

  std::string name() const { return path.string(); }
  std::string written() const { return part.empty() ? name() : name() + "#" + part; }
};

// Reads what a task's split names: FILE or FILE#PART. UserError when the file cannot be read or `data_file_of` refuses
// its text.
DataFile open_data_file(const std::string& written);

// A text as a file. UserError when there is nothing in it or what base/text_file.h refuses.
DataFile data_file_of(const std::filesystem::path& path, std::string text);

}  // namespace flanmoe
