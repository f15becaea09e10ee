#include "data/task_paths.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/text_file.h"

namespace flanmoe {

std::filesystem::path resolve_path(const std::string& written, const std::filesystem::path& data_folder,
                                   const std::filesystem::path& beside) {
  constexpr std::string_view kData = "{data}/", kHome = "{home}/";
  if (written == "{data}") return data_folder;
  if (written == "{home}") return home_folder();
  if (written.starts_with(kData)) return (data_folder / written.substr(kData.size())).lexically_normal();
  if (written.starts_with(kHome)) return (home_folder() / written.substr(kHome.size())).lexically_normal();
  return beside.empty() ? std::filesystem::path(written) : (beside / written).lexically_normal();
}

std::vector<FileMatch> matching_files(const std::filesystem::path& pattern, const std::string& where) {
  const std::string name = pattern.filename().string();
  const std::filesystem::path folder = pattern.has_parent_path() ? pattern.parent_path() : ".";
  const size_t star = name.find('*');
  // A folder may be called so, such as that of the data.
  const bool folder_is_pattern = folder.string().find('*') != std::string::npos && !fs::is_directory(folder);
  if (folder_is_pattern || (star != std::string::npos && name.find('*', star + 1) != std::string::npos)) {
    fail_input("{}: '{}': expected at most one *, in the file's name", where, pattern.string());
  }
  if (star == std::string::npos) return {{packed_or_plain(pattern), ""}};
  const std::string head = name.substr(0, star), tail = name.substr(star + 1);
  if (!fs::is_directory(folder)) throw MissingFile(fmt::format("{}: {}: no such folder", where, folder.string()));
  std::vector<FileMatch> matches;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    const bool fits = file.size() > head.size() + tail.size() && file.starts_with(head) && file.ends_with(tail);
    const bool is_hidden = file.starts_with(".") && !head.starts_with(".");  // as a shell has it
    if (fits && !is_hidden && entry.is_regular_file())
      matches.push_back({pattern.has_parent_path() ? entry.path() : entry.path().filename(),
                         file.substr(star, file.size() - head.size() - tail.size())});
  }
  if (matches.empty()) throw MissingFile(fmt::format("{}: {} matches no file", where, pattern.string()));
  std::sort(matches.begin(), matches.end(), [](const FileMatch& a, const FileMatch& b) { return a.file < b.file; });
  return matches;
}

}  // namespace flanmoe
