#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {

FileLock FileLock::wait(const std::filesystem::path& path) { return {path, true, ""}; }

FileLock::FileLock(const std::filesystem::path& path, const std::string& message) : FileLock(path, false, message) {}

FileLock FileLock::owner_of(const std::filesystem::path& folder) {
  make_folders(folder);
  return FileLock(
      folder / kLockFile,
      fmt::format("{}: another process is working in this folder; wait for it, stop it, or choose another folder",
                  folder.string()));
}

FileLock::FileLock(const std::filesystem::path& path, bool wait, const std::string& message)
    : descriptor_(std::filesystem::is_directory(path) ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC)
                                                      : ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  int status = descriptor_ < 0 ? -1 : ::flock(descriptor_, LOCK_EX | (wait ? 0 : LOCK_NB));
  while (status < 0 && errno == EINTR && descriptor_ >= 0)
    status = ::flock(descriptor_, LOCK_EX | (wait ? 0 : LOCK_NB));
  if (status == 0) return;
  const int reason = errno;
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!wait && reason == EWOULDBLOCK) fail_input("{}", message);
  fail_run("cannot {} {}: {}", descriptor_ < 0 ? "write" : "lock", path.string(), std::strerror(reason));
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace flanmoe
