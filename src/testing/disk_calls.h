// What a test program's work does on the disk, in order. Included by one source of a program: it stands in the place of
// the C library's fsync and rename.
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace flanmoe::disk_calls {

inline std::vector<std::string>* g_calls = nullptr;

inline void note(const std::string& call) {
  if (g_calls != nullptr) g_calls->push_back(call);
}

// "sync PATH" and "rename TO" of `work`.
inline std::vector<std::string> of(const std::function<void()>& work) {
  struct Ended {
    ~Ended() { g_calls = nullptr; }
  } ended;
  std::vector<std::string> calls;
  g_calls = &calls;
  work();
  return calls;
}

}  // namespace flanmoe::disk_calls

extern "C" int fsync(int descriptor) {
  std::array<char, 4096> path = {};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  if (::readlink(link.c_str(), path.data(), path.size() - 1) > 0)
    flanmoe::disk_calls::note(std::string("sync ") + path.data());
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

extern "C" int rename(const char* from, const char* to) noexcept {
  flanmoe::disk_calls::note(std::string("rename ") + to);
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
