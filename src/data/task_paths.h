// Where the paths of presets and task files lead, and patterns that stand for many files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace flanmoe {

// A file of a task is not in the data folder.
class MissingFile : public UserError {
 public:
  using UserError::UserError;
};

// "{data}/x" -> data_folder / "x", "{data}" -> data_folder; "{home}" and "{home}/x" likewise, the folder that holds
// configs/ and tasks/; anything else against `beside` ("" = as it is).
std::filesystem::path resolve_path(const std::string& written, const std::filesystem::path& data_folder,
                                   const std::filesystem::path& beside = {});

// A file that a pattern matches, and what its `*` stands for there.
struct FileMatch {
  std::filesystem::path file;
  std::string star;
};
// The files of a pattern with one `*` in its last part, sorted by name; a path without `*` stands for itself.
// At `where`: MissingFile when the pattern matches no file, UserError when it has a `*` elsewhere.
std::vector<FileMatch> matching_files(const std::filesystem::path& pattern, const std::string& where);

}  // namespace flanmoe
