#include "cli/output.h"

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {

void expect_new_folder(const std::string& out) {
  if (fs::exists(out)) fail_input("--out {}: exists already; expected a new folder", out);
}

void create_output_folder(const std::string& out, const std::function<void(const std::filesystem::path&)>& fill) {
  if (const fs::path parent = fs::path(out).parent_path(); !parent.empty()) make_folders(parent);
  create_folder_atomically(out, fill);
}

}  // namespace flanmoe
