#include "cli/output.h"

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {

void expect_new_folder(const std::string& out) {
  if (fs::exists(out)) fail_input("--out {}: exists already; expected a new folder", out);
}

void expect_unpacked_name(const std::string& name, const std::string& path) {
  const std::string ending = packing_of_name(path);
  if (!ending.empty())
    fail_input("{} {}: what is written is not packed; expected a name without {}", name, path, ending);
}

void expect_new_file(const std::string& name, const std::string& path) {
  expect_unpacked_name(name, path);
  if (!path.empty() && fs::exists(path)) fail_input("{} {}: exists already; expected a new file", name, path);
}

void create_output_folder(const std::string& out, const std::function<void(const std::filesystem::path&)>& fill) {
  if (const fs::path parent = fs::path(out).parent_path(); !parent.empty()) make_folders(parent);
  create_folder_atomically(out, fill);
}

NewFileOwner::NewFileOwner(const std::string& name, const std::string& path)
    : lock_(path, fmt::format("{} {}: another process is writing it", name, path)) {
  if (fs::file_size(path) > 0) fail_input("{} {}: exists already; expected a new file", name, path);
}

NewLinesFile::NewLinesFile(const std::string& name, const std::string& path)
    : path_(path), partial_(path + ".partial") {
  if (path.empty()) return;
  expect_new_file(name, path);
  lock_.emplace(partial_, fmt::format("{} {}: another process is writing it", name, path));
  std::error_code error;
  fs::resize_file(partial_, 0, error);  // a killed process may have left lines
  if (error) fail_run("cannot write {}: {}", partial_, error.message());
  lines_.emplace(partial_);
}

NewLinesFile::~NewLinesFile() {
  std::error_code ignored;
  if (lines_) fs::remove(partial_, ignored);
}

void NewLinesFile::write(const std::string& line) {
  if (lines_) lines_->write(line);
}

void NewLinesFile::finish() {
  if (!lines_) return;
  sync_path(partial_);
  std::error_code error;
  if (fs::exists(path_)) fail_run("cannot write {}: it exists already", path_);
  fs::rename(partial_, path_, error);
  if (error) fail_run("cannot write {}: {}", path_, error.message());
  lines_.reset();
  lock_.reset();
}

}  // namespace flanmoe
