// Files that are complete or absent: written beside, synced, renamed. Reading never goes past a file's end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flanmoe {

namespace fs = std::filesystem;

// The folder that holds configs/ and tasks/: $FLANMOE_HOME, else the parent of the folder of the binary, else the
// current folder. UserError naming what was tried when none holds configs/.
fs::path home_folder();

// How a file is packed, by the end of its name in any case: ".gz", ".zst", or "".
std::string packing_of_name(const fs::path& path);

// Whole file as text; .gz and .zst are decompressed. UserError "cannot read PATH: reason" when missing or unreadable;
// RunError when it is larger than the free memory.
std::string read_text(const fs::path& path);

// Lines of a text file (.gz and .zst too), without line ends; \r\n accepted.
std::vector<std::string> read_lines(const fs::path& path);

// Writes beside, fsyncs, renames over. RunError "cannot write PATH: reason" (disk full, no permission); the old file
// stays whole and no temporary file is left.
void write_atomically(const fs::path& path, std::string_view content);

// Fills a folder built by `fill(temporary)` and renames it to `path`: complete or absent. `path` must not exist.
void create_folder_atomically(const fs::path& path, const std::function<void(const fs::path&)>& fill);

// Removes from `folder` and all below it what a killed process was about to write: temporary files and folders beside
// their targets. Nobody may be writing there.
void remove_leftovers(const fs::path& folder);

// Whether the folder holds nothing but what remove_leftovers would remove, and perhaps a file of the name `also`.
bool holds_only_leftovers(const fs::path& folder, const std::string& also);

// Creates the folder and its parents, on the disk once this returns: what is synced in a folder whose own name is not
// is lost with it when the power goes. RunError with the reason when impossible.
void make_folders(const fs::path& path);

// The plain files of a folder, or of all folders in it too, whose names end so, sorted; those that are hidden (a name
// with a dot first) are left out, as a shell does.
std::vector<fs::path> files_in(const fs::path& folder, const std::string& ending);
std::vector<fs::path> files_below(const fs::path& folder, const std::string& ending);

// fsyncs a file or folder that is already written.
void sync_path(const fs::path& path);

// An append-only file of whole lines: each line is written with one call and flushed.
class LineWriter {
 public:
  explicit LineWriter(const fs::path& path);  // opens for append, creating it
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  void write(std::string_view line);  // adds the newline; RunError when the disk is full

 private:
  int descriptor_;
  fs::path path_;
};

// A file mapped for its lifetime. What is written into the mapping stays in memory: the file does not change, and only
// the pages written to take memory of their own.
class MappedFile {
 public:
  explicit MappedFile(const fs::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::byte* data() const { return data_; }

 private:
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// Writes one new file from its beginning to its end.
class FileWriter {
 public:
  explicit FileWriter(const fs::path& path);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  void write(std::string_view content);  // RunError "cannot write PATH: reason" (disk full)
  void finish();                         // syncs and closes; RunError as above

 private:
  fs::path path_;
  int descriptor_;
};

// 16 hex digits of a 64-bit hash of the file's bytes; for manifests (integrity, not security).
std::string checksum_file(const fs::path& path);
std::string checksum_text(std::string_view text);

}  // namespace flanmoe
