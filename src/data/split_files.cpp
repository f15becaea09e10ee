#include "data/split_files.h"

#include "base/error.h"
#include "base/files.h"
#include "data/task_paths.h"

namespace flanmoe {

std::vector<std::filesystem::path> files_of_split(const TaskSpec& task, const std::string& split) {
  const auto found = task.splits.find(split);
  if (found == task.splits.end()) return {};
  const std::string& written = found->second;
  const size_t mark = fs::is_regular_file(written) ? std::string::npos : written.rfind('#');
  std::vector<std::filesystem::path> files;
  for (const FileMatch& match : matching_files(written.substr(0, mark), fmt::format("task '{}'", task.name)))
    files.push_back(match.file);
  const std::filesystem::path part = mark == std::string::npos ? "" : written.substr(mark + 1);
  if (part.has_extension()) files.push_back((files.front().parent_path() / part).lexically_normal());
  return files;
}

}  // namespace flanmoe
