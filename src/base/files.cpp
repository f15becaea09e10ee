// Reading, and where things are. Writing is in files_write.cpp.
#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "base/gzip.h"
#include "base/machine.h"
#include "base/text_file.h"
#include "base/zstd.h"

namespace flanmoe {
namespace {

// A few packed megabytes can hold gigabytes of zeros or line ends. Texts shrink to a tenth, hardly to a hundredth.
constexpr size_t kMaxUnpacked = size_t{4} << 30, kAlwaysUnpacked = size_t{64} << 20, kMostTimes = 1000;
constexpr size_t kMaxEndless = size_t{1} << 30;  // of what is no plain file: a device or pipe may never end

[[noreturn]] void fail_read(const fs::path& path, std::string_view reason) {
  fail_input("cannot read {}: {}", path.string(), reason);
}

// An open file that closes itself.
struct OpenFile {
  explicit OpenFile(const fs::path& path) : descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor < 0) fail_read(path, std::strerror(errno));
  }
  ~OpenFile() { ::close(descriptor); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor;
};

// A sparse file may be larger than any memory.
void expect_room(const fs::path& path, int64_t size) {
  if (static_cast<size_t>(size) <= kAlwaysUnpacked) return;
  if (const int64_t free = free_memory_bytes(); size > free)
    fail_run("not enough memory to read {}: it has {} bytes, {} are free", path.string(), size, free);
}

std::string read_bytes(const fs::path& path) {
  const OpenFile file(path);
  std::string content;
  struct stat facts = {};
  const bool is_plain = ::fstat(file.descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
  if (is_plain && facts.st_size > 0) {
    expect_room(path, facts.st_size);
    content.reserve(static_cast<size_t>(facts.st_size));
  }
  std::vector<char> buffer(1 << 18);
  for (;;) {
    const ssize_t count = ::read(file.descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_read(path, std::strerror(errno));
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<size_t>(count));
    if (!is_plain && content.size() > kMaxEndless)
      fail_read(path, fmt::format("it is no plain file and gives more than {} bytes", kMaxEndless));
  }
}

bool holds_configs(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(folder / "configs", ignored);
}

}  // namespace

fs::path home_folder() {
  if (const char* given = std::getenv("FLANMOE_HOME"); given != nullptr && *given != '\0') {
    if (holds_configs(given)) return given;
    fail_input("FLANMOE_HOME is '{}', expected a folder that holds configs/", given);
  }
  std::error_code ignored;
  const fs::path beside_binary = fs::read_symlink("/proc/self/exe", ignored).parent_path().parent_path();
  if (!beside_binary.empty() && holds_configs(beside_binary)) return beside_binary;
  const fs::path current = fs::current_path(ignored);
  if (holds_configs(current)) return current;
  fail_input(
      "no folder with configs/ found: tried {} (the folder above the program's) and {} (the current one); set "
      "FLANMOE_HOME to the flanmoe folder",
      beside_binary.string(), current.string());
}

std::string packing_of_name(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return ending == ".gz" || ending == ".zst" ? ending : "";
}

std::string read_text(const fs::path& path) {
  std::string content = read_bytes(path);
  try {
    const size_t limit = std::clamp(kMostTimes * content.size(), kAlwaysUnpacked, kMaxUnpacked);
    const std::string packing = packing_of_name(path);
    if (packing == ".gz") return unpack_gzip(content, limit);
    if (packing == ".zst") return unpack_zstd(content, limit);
  } catch (const std::runtime_error& error) {
    fail_read(path, error.what());
  }
  return content;
}

std::vector<std::string> read_lines(const fs::path& path) {
  std::vector<std::string> lines;
  each_text_line(read_text(path), [&lines](std::string_view line, int64_t) { lines.emplace_back(line); });
  return lines;
}

namespace {

template <class Iterator>
std::vector<fs::path> files_of(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> files;
  for (Iterator entry(folder); entry != Iterator(); ++entry) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(".") && name.ends_with(ending) && entry->is_regular_file()) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<fs::path> files_in(const fs::path& folder, const std::string& ending) {
  return files_of<fs::directory_iterator>(folder, ending);
}

std::vector<fs::path> files_below(const fs::path& folder, const std::string& ending) {
  return files_of<fs::recursive_directory_iterator>(folder, ending);
}

MappedFile::MappedFile(const fs::path& path) {
  const OpenFile file(path);
  struct stat facts = {};
  if (::fstat(file.descriptor, &facts) != 0) fail_read(path, std::strerror(errno));
  if (!S_ISREG(facts.st_mode)) fail_read(path, "not a plain file");
  size_ = static_cast<size_t>(facts.st_size);
  if (size_ == 0) return;  // nothing can be mapped, and nothing need be
  void* mapped = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.descriptor, 0);
  if (mapped == MAP_FAILED) fail_read(path, std::strerror(errno));
  data_ = static_cast<std::byte*>(mapped);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

std::string checksum_text(std::string_view text) {
  // Each step maps (state, word) to a new state one-to-one in both, so any change of a single word is seen.
  constexpr uint64_t kWord = 0x9fb21c651e98df25, kState = 0xd6e8feb86659fd93;
  uint64_t state = text.size() * kState;
  for (size_t at = 0; at < text.size(); at += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, std::min(sizeof(word), text.size() - at));
    state = std::rotl(state ^ (word * kWord), 29) * kState;
  }
  state ^= state >> 32;
  state *= kWord;
  state ^= state >> 29;
  return fmt::format("{:016x}", state);
}

std::string checksum_file(const fs::path& path) {
  const MappedFile file(path);
  return checksum_text({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()});
}

}  // namespace flanmoe
