#include "base/temporary_name.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <regex>
#include <string>
#include <system_error>

namespace flanmoe {
namespace {

namespace fs = std::filesystem;

std::atomic<int> g_next{0};

}  // namespace

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  return fmt::format("{}.tmp-{}-{}", path.string(), ::getpid(), g_next++);
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

bool is_temporary(const std::filesystem::path& path) {
  static const std::regex kName(R"(.*\.tmp-\d+-\d+)");
  return std::regex_match(path.filename().string(), kName);
}

void sweep_beside(const std::filesystem::path& path) {
  const std::string head = path.filename().string() + ".tmp-";
  std::error_code ignored;
  for (fs::directory_iterator entry(folder_of(path), ignored), end; entry != end; entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    int pid = 0, number = 0;
    if (!name.starts_with(head) || std::sscanf(name.c_str() + head.size(), "%d-%d", &pid, &number) != 2) continue;
    const bool is_gone = pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH;
    const bool had_our_id = pid == ::getpid() && number >= g_next;  // as the next one of a container has
    if (is_gone || had_our_id) fs::remove_all(entry->path(), ignored);
  }
}

}  // namespace flanmoe
