// What commands write: new folders and files.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/file_lock.h"
#include "base/files.h"

namespace flanmoe {

// UserError when what --out names is there already. Asked before the work begins, not at its end.
void expect_new_folder(const std::string& out);

// UserError when the path that the option `name` gives ends with .gz or .zst, which our readers would unpack.
void expect_unpacked_name(const std::string& name, const std::string& path);

// UserError when the new file that the option `name` gives is there already, or has such a name. "" = none is written.
void expect_new_file(const std::string& name, const std::string& path);

// create_folder_atomically (base/files.h), with the folders above it.
void create_output_folder(const std::string& out, const std::function<void(const std::filesystem::path&)>& fill);

// A new file belongs to the process that holds this; made empty. UserError when another process writes the file, which
// the option `name` gives, or has done so meanwhile.
class NewFileOwner {
 public:
  NewFileOwner(const std::string& name, const std::string& path);

 private:
  FileLock lock_;
};

// Lines of a new file that is there only once all of them are.
class NewLinesFile {
 public:
  // "" = nothing is written. UserError when the file, which the option `name` gives, is there already, or is being
  // written by another process.
  NewLinesFile(const std::string& name, const std::string& path);
  ~NewLinesFile();
  NewLinesFile(const NewLinesFile&) = delete;
  NewLinesFile& operator=(const NewLinesFile&) = delete;

  bool is_wanted() const { return lines_.has_value(); }
  const std::string& path() const { return path_; }
  void write(const std::string& line);
  void finish();

 private:
  std::string path_, partial_;
  std::optional<FileLock> lock_;
  std::optional<LineWriter> lines_;
};

}  // namespace flanmoe
