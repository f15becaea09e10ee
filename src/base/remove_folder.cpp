#include "base/remove_folder.h"

#include <system_error>

#include "base/error.h"
#include "base/temporary_name.h"

namespace flanmoe {

void remove_folder(const std::filesystem::path& path) {
  const std::filesystem::path aside = temporary_beside(path);
  std::error_code error;
  std::filesystem::rename(path, aside, error);
  if (error == std::errc::no_such_file_or_directory) return;
  if (!error) std::filesystem::remove_all(aside, error);
  if (error) fail_run("cannot remove {}: {}", path.string(), error.message());
}

}  // namespace flanmoe
