#include "data/readers/data_file.h"

#include "base/error.h"
#include "base/files.h"
#include "base/text_file.h"

namespace flanmoe {
namespace {

DataFile data_file(TextFile file) {
  if (is_blank(file.text)) fail_input("{}: the file is empty, expected at least one row", file.name);
  return {file.name, "", {}, std::move(file.text)};
}

}  // namespace

DataFile open_data_file(const std::string& written) {
  const size_t mark = written.rfind('#');
  if (mark == std::string::npos || fs::is_regular_file(packed_or_plain(written)))
    return data_file(open_text_file(written));
  DataFile file = data_file(open_text_file(written.substr(0, mark)));
  file.part = written.substr(mark + 1);
  return file;
}

DataFile data_file_of(const std::filesystem::path& path, std::string text) {
  return data_file(checked_text_file(path.string(), kind_of_name(path), std::move(text)));
}

}  // namespace flanmoe
