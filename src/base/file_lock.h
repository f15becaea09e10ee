// One process at a time works on something.
#pragma once

#include <filesystem>
#include <string>

namespace flanmoe {

inline constexpr const char* kLockFile = "lock";

// An advisory lock on a folder, or on a file, made when absent; held until the object goes; it dies with the process.
class FileLock {
 public:
  // Waits until no other process holds it. RunError when it cannot be locked.
  static FileLock wait(const std::filesystem::path& path);
  // UserError(message) when another process holds it.
  FileLock(const std::filesystem::path& path, const std::string& message);
  // Of an output folder, made when absent, by a file kLockFile in it (a folder itself cannot be locked on every file
  // system). UserError when another process works there.
  static FileLock owner_of(const std::filesystem::path& folder);

  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  FileLock(const std::filesystem::path& path, bool wait, const std::string& message);
  int descriptor_;
};

}  // namespace flanmoe
