// Writing that survives a crash at any moment: beside, fsync, rename, fsync of the folder. A failed fsync is never
// tried again, because the kernel may have thrown the data away.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/temporary_name.h"

namespace flanmoe {
namespace {

[[noreturn]] void fail_write(const fs::path& path, std::string_view reason) {
  fail_run("cannot write {}: {}", path.string(), reason);
}

// Runs `step` again when a signal came in between; RunError naming `path` when it fails.
template <class Step>
auto checked(const fs::path& path, Step step) {
  auto result = step();
  while (result < 0 && errno == EINTR) result = step();
  if (result < 0) fail_write(path, std::strerror(errno));
  return result;
}

void write_all(int descriptor, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t count = checked(path, [&] { return ::write(descriptor, content.data(), content.size()); });
    content.remove_prefix(static_cast<size_t>(count));
  }
}

// "runs/a/" names the folder runs/a.
fs::path without_final_slash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

// Deletes a temporary file or folder unless it was renamed.
class TemporaryGuard {
 public:
  explicit TemporaryGuard(fs::path path) : path_(std::move(path)) {}
  ~TemporaryGuard() {
    std::error_code ignored;
    if (!renamed_) fs::remove_all(path_, ignored);
  }
  TemporaryGuard(const TemporaryGuard&) = delete;
  TemporaryGuard& operator=(const TemporaryGuard&) = delete;

  void rename_to(const fs::path& target) {
    if (std::rename(path_.c_str(), target.c_str()) != 0) {
      const bool is_there = errno == ENOTEMPTY || errno == EEXIST;  // another process made it meanwhile
      fail_write(target, is_there ? "it exists already" : std::strerror(errno));
    }
    renamed_ = true;
    sync_path(folder_of(target));
  }

 private:
  fs::path path_;
  bool renamed_ = false;
};

int open_new(const fs::path& file, const fs::path& shown) {
  return checked(shown, [&] { return ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666); });
}

void write_and_sync(const fs::path& file, std::string_view content, const fs::path& shown) {
  const int descriptor = open_new(file, shown);
  try {
    write_all(descriptor, content, shown);
    if (::fsync(descriptor) != 0) fail_write(shown, std::strerror(errno));
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  if (::close(descriptor) != 0) fail_write(shown, std::strerror(errno));
}

}  // namespace

void write_atomically(const fs::path& path, std::string_view content) {
  std::error_code ignored;
  const auto kind = fs::status(path, ignored).type();
  if (kind == fs::file_type::directory) fail_write(path, "it is a folder");
  // A rename would put a file in the place of a device or pipe.
  if (kind != fs::file_type::regular && kind != fs::file_type::not_found) fail_write(path, "not a plain file");
  sweep_beside(path);
  const fs::path beside = temporary_beside(path);
  TemporaryGuard guard(beside);
  write_and_sync(beside, content, path);
  guard.rename_to(path);
}

void create_folder_atomically(const fs::path& folder, const std::function<void(const fs::path&)>& fill) {
  const fs::path path = without_final_slash(folder);
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored))) fail_write(path, "it exists already");
  sweep_beside(path);
  const fs::path beside = temporary_beside(path);
  fs::remove_all(beside, ignored);
  std::error_code error;
  fs::create_directory(beside, error);
  if (error) fail_write(path, error.message());
  TemporaryGuard guard(beside);
  fill(beside);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(beside)) sync_path(entry.path());
  sync_path(beside);
  guard.rename_to(path);
}

void remove_leftovers(const fs::path& folder) {
  std::vector<fs::path> found;
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
    if (!is_temporary(entry->path())) continue;
    found.push_back(entry->path());
    if (entry->is_directory()) entry.disable_recursion_pending();
  }
  for (const fs::path& path : found) fs::remove_all(path);
}

bool holds_only_leftovers(const fs::path& folder, const std::string& also) {
  return std::all_of(fs::directory_iterator(folder), fs::directory_iterator(), [&](const fs::directory_entry& entry) {
    return is_temporary(entry.path()) || entry.path().filename() == also;
  });
}

void make_folders(const fs::path& path) {
  std::error_code error, ignored;
  std::vector<fs::path> made;
  for (fs::path folder = without_final_slash(path); !folder.empty() && !fs::exists(folder, ignored);
       folder = folder.parent_path())
    made.push_back(folder);
  fs::create_directories(without_final_slash(path), error);
  if (error) fail_run("cannot create folder {}: {}", path.string(), error.message());
  if (!fs::is_directory(path)) fail_run("cannot create folder {}: a file of that name exists", path.string());
  for (const fs::path& folder : made) sync_path(folder_of(folder));
}

void sync_path(const fs::path& path) {
  const int descriptor = checked(path, [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
  const int status = ::fsync(descriptor);
  const int reason = errno;
  ::close(descriptor);
  // Some file systems cannot sync a folder and say so with EINVAL; there is nothing more to be done on them.
  if (status != 0 && reason != EINVAL) fail_write(path, std::strerror(reason));
}

FileWriter::FileWriter(const fs::path& path) : path_(path), descriptor_(open_new(path, path)) {}

FileWriter::~FileWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileWriter::write(std::string_view content) { write_all(descriptor_, content, path_); }

void FileWriter::finish() {
  if (::fsync(descriptor_) != 0) fail_write(path_, std::strerror(errno));
  if (::close(std::exchange(descriptor_, -1)) != 0) fail_write(path_, std::strerror(errno));
}

LineWriter::LineWriter(const fs::path& path)
    : descriptor_(checked(path, [&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666); })),
      path_(path) {}

LineWriter::~LineWriter() { ::close(descriptor_); }

void LineWriter::write(std::string_view line) {
  FLANMOE_ASSERT(line.find('\n') == std::string_view::npos);
  write_all(descriptor_, std::string(line) + '\n', path_);
}

}  // namespace flanmoe
