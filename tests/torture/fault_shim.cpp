// Preloaded into flanmoe by scripts/torture.py: one chosen call to the C library fails, kills the process or cuts the
// power; a disk is small; a call does nothing and says that it did. Paths below $FLANMOE_FAULT_BELOW count, no others.
//   FLANMOE_FAULT=CALL:N:WHAT     the Nth CALL (from 1) of write, fsync, rename, mkdir, open, close, read, mmap, stat,
//                                 readdir. WHAT: an errno, "kill", or "power": what was not synced is lost, then kill;
//                                 "power_names_kept": contents are lost, while new names have reached the disk
//   FLANMOE_FAULT_SPACE=BYTES     so much may be written, then ENOSPC, the last bytes written in part
//   FLANMOE_FAULT_WITHOUT=CALL    fsync, flock or truncate: as if the program had no such call
//   FLANMOE_FAULT_SHORT=SEED      reads and writes move a part of what is asked, or are interrupted, by chance
//   FLANMOE_FAULT_COUNTS=FILE     at the end a line "CALL NUMBER" for each
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace {

// Not destroyed: the process writes until its very end.
struct Shim {
  std::string below, call, what, without, counts_file;
  long nth = 0, space = LONG_MAX;
  std::map<std::string, long> counts;
  std::map<std::string, off_t> synced;  // size that a power cut leaves, of files written to
  struct Renamed {
    std::string from, to;
    bool replaced;
  };
  std::vector<Renamed> renamed;  // since their folder was synced
  std::recursive_mutex mutex;
  uint64_t chance = 0;  // not 0: calls are short

  Shim() {
    const auto text = [](const char* name) { return std::string(std::getenv(name) ? std::getenv(name) : ""); };
    below = text("FLANMOE_FAULT_BELOW");
    without = text("FLANMOE_FAULT_WITHOUT");
    counts_file = text("FLANMOE_FAULT_COUNTS");
    if (!text("FLANMOE_FAULT_SHORT").empty()) chance = std::stoul(text("FLANMOE_FAULT_SHORT"));
    if (!text("FLANMOE_FAULT_SPACE").empty()) space = std::stol(text("FLANMOE_FAULT_SPACE"));
    const std::string fault = text("FLANMOE_FAULT");
    const size_t first = fault.find(':'), second = fault.find(':', first + 1);
    if (second == std::string::npos) return;
    call = fault.substr(0, first);
    nth = std::stol(fault.substr(first + 1));
    what = fault.substr(second + 1);
  }

  bool counts_path(const std::string& path) const { return !below.empty() && path.starts_with(below); }
};

Shim& shim() {
  static Shim* const the_one = new Shim;
  return *the_one;
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string absolute(const char* path) {
  if (path == nullptr || *path == '/') return path == nullptr ? "" : path;
  char folder[PATH_MAX];
  return ::syscall(SYS_getcwd, folder, sizeof(folder)) > 0 ? std::string(folder) + "/" + path : path;
}

std::string path_of(int descriptor) {
  char link[64], path[PATH_MAX];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  const ssize_t size = ::readlink(link, path, sizeof(path));
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : "";
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

off_t size_of(const std::string& path) {
  struct stat facts = {};
  return ::syscall(SYS_stat, path.c_str(), &facts) == 0 ? facts.st_size : -1;
}

void move_synced(const std::string& from, const std::string& to) {
  std::map<std::string, off_t> moved;
  for (const auto& [path, size] : shim().synced) {
    const bool inside = path == from || path.starts_with(from + "/");
    moved[inside ? to + path.substr(from.size()) : path] = size;
  }
  shim().synced = std::move(moved);
}

[[noreturn]] void cut_power(bool names_too) {
  Shim& s = shim();
  if (!names_too) s.renamed.clear();
  for (auto rename = s.renamed.rbegin(); rename != s.renamed.rend(); ++rename) {
    if (rename->replaced || ::syscall(SYS_rename, rename->to.c_str(), rename->from.c_str()) != 0) continue;
    move_synced(rename->to, rename->from);
  }
  for (const auto& [path, size] : s.synced) {
    if (size_of(path) > size) ::syscall(SYS_truncate, path.c_str(), size);
  }
  ::syscall(SYS_kill, ::getpid(), SIGKILL);
  for (;;) ::pause();
}

// Counts the call; whether it must fail, with errno set.
bool fails(const char* call, const std::string& path) {
  Shim& s = shim();
  if (!s.counts_path(path)) return false;
  const std::lock_guard lock(s.mutex);
  if (++s.counts[call] != s.nth || s.call != call) return false;
  if (s.what == "kill") {
    ::syscall(SYS_kill, ::getpid(), SIGKILL);
    for (;;) ::pause();
  }
  if (s.what.starts_with("power")) cut_power(s.what == "power");
  errno = std::atoi(s.what.c_str());
  return true;
}

// How many bytes of `count` a short call moves; 0 with errno set where it is interrupted.
size_t shortened(size_t count) {
  Shim& s = shim();
  if (s.chance == 0 || count == 0) return count;
  const std::lock_guard lock(s.mutex);
  s.chance = s.chance * 6364136223846793005 + 1442695040888963407;
  const uint64_t drawn = s.chance >> 33;
  if (drawn % 5 == 0) {
    errno = EINTR;
    return 0;
  }
  return drawn % 5 == 1 ? 1 + drawn / 5 % count : count;
}

void note_open(const std::string& path, int flags, off_t size_before) {
  Shim& s = shim();
  if (!s.counts_path(path) || (flags & O_ACCMODE) == O_RDONLY) return;
  const std::lock_guard lock(s.mutex);
  if ((flags & O_TRUNC) != 0 || size_before < 0) {
    s.synced[path] = 0;
  } else {
    s.synced.emplace(path, size_before);
  }
}

int open_noted(const char* name, const char* path, int flags, mode_t mode) {
  const std::string whole = absolute(path);
  if (fails("open", whole)) return -1;
  const off_t size_before = shim().counts_path(whole) ? size_of(whole) : 0;
  const int descriptor = real<int(const char*, int, ...)>(name)(path, flags, mode);
  if (descriptor >= 0) note_open(whole, flags, size_before);
  return descriptor;
}

__attribute__((destructor)) void write_counts() {
  const Shim& s = shim();
  if (s.counts_file.empty()) return;
  std::string text;
  for (const auto& [call, number] : s.counts) text += call + " " + std::to_string(number) + "\n";
  const long file = ::syscall(SYS_open, s.counts_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file >= 0) ::syscall(SYS_write, file, text.data(), text.size());
}

}  // namespace

extern "C" {

#define FLANMOE_OPEN(name)                                    \
  int name(const char* path, int flags, ...) {                \
    va_list more;                                             \
    va_start(more, flags);                                    \
    const auto mode = static_cast<mode_t>(va_arg(more, int)); \
    va_end(more);                                             \
    return open_noted(#name, path, flags, mode);              \
  }
FLANMOE_OPEN(open)
FLANMOE_OPEN(open64)

int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = static_cast<mode_t>(va_arg(more, int));
  va_end(more);
  if (folder == AT_FDCWD) return open_noted("open", path, flags, mode);
  if (fails("open", path_of(folder) + "/" + path)) return -1;
  return real<int(int, const char*, int, ...)>("openat")(folder, path, flags, mode);
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static auto* const next = real<ssize_t(int, const void*, size_t)>("write");
  Shim& s = shim();
  if (s.below.empty()) return next(descriptor, bytes, count);
  const std::string path = path_of(descriptor);
  if (fails("write", path)) return -1;
  if (!s.counts_path(path)) return next(descriptor, bytes, count);
  const std::lock_guard lock(s.mutex);
  if (s.space <= 0) {
    errno = ENOSPC;
    return -1;
  }
  const size_t moved = shortened(count);
  if (moved == 0 && count > 0) return -1;
  const ssize_t written = next(descriptor, bytes, std::min(moved, static_cast<size_t>(s.space)));
  if (written > 0 && s.space != LONG_MAX) s.space -= written;
  return written;
}

int fsync(int descriptor) {
  const std::string path = path_of(descriptor);
  Shim& s = shim();
  if (s.without == "fsync" && s.counts_path(path)) return 0;
  if (fails("fsync", path)) return -1;
  const int status = real<int(int)>("fsync")(descriptor);
  if (status != 0 || !s.counts_path(path)) return status;
  const std::lock_guard lock(s.mutex);
  if (s.synced.contains(path)) s.synced[path] = size_of(path);
  std::erase_if(s.renamed, [&](const Shim::Renamed& rename) { return folder_of(rename.to) == path; });
  return status;
}

int rename(const char* from, const char* to) {
  const std::string source = absolute(from), target = absolute(to);
  if (fails("rename", target)) return -1;
  const bool replaced = size_of(target) >= 0;
  const int status = real<int(const char*, const char*)>("rename")(from, to);
  if (status == 0 && shim().counts_path(target)) {
    const std::lock_guard lock(shim().mutex);
    move_synced(source, target);
    shim().renamed.push_back({source, target, replaced});
  }
  return status;
}

int mkdir(const char* path, mode_t mode) {
  return fails("mkdir", absolute(path)) ? -1 : real<int(const char*, mode_t)>("mkdir")(path, mode);
}

int close(int descriptor) {
  static auto* const next = real<int(int)>("close");
  if (shim().below.empty()) return next(descriptor);
  const bool failing = fails("close", path_of(descriptor));
  const int reason = errno, status = next(descriptor);
  if (failing) errno = reason;
  return failing ? -1 : status;
}

ssize_t read(int descriptor, void* bytes, size_t count) {
  static auto* const next = real<ssize_t(int, void*, size_t)>("read");
  if (shim().below.empty()) return next(descriptor, bytes, count);
  const std::string path = path_of(descriptor);
  if (fails("read", path)) return -1;
  const size_t moved = shim().counts_path(path) ? shortened(count) : count;
  return moved == 0 && count > 0 ? -1 : next(descriptor, bytes, moved);
}

void* mmap(void* where, size_t size, int protection, int flags, int descriptor, off_t offset) {
  static auto* const next = real<void*(void*, size_t, int, int, int, off_t)>("mmap");
  if (descriptor >= 0 && !shim().below.empty() && fails("mmap", path_of(descriptor))) return MAP_FAILED;
  return next(where, size, protection, flags, descriptor, offset);
}

int stat(const char* path, struct stat* facts) {
  return fails("stat", absolute(path)) ? -1 : real<int(const char*, struct stat*)>("stat")(path, facts);
}

int fstat(int descriptor, struct stat* facts) {
  return fails("stat", path_of(descriptor)) ? -1 : real<int(int, struct stat*)>("fstat")(descriptor, facts);
}

struct dirent* readdir(DIR* folder) {
  return fails("readdir", path_of(::dirfd(folder))) ? nullptr : real<struct dirent*(DIR*)>("readdir")(folder);
}

int flock(int descriptor, int operation) {
  if (shim().without == "flock" && shim().counts_path(path_of(descriptor))) return 0;
  return real<int(int, int)>("flock")(descriptor, operation);
}

int truncate(const char* path, off_t size) {
  if (shim().without == "truncate" && shim().counts_path(absolute(path))) return 0;
  return real<int(const char*, off_t)>("truncate")(path, size);
}

}  // extern "C"
