// manifest.json of a model folder or checkpoint that we wrote: every file with its size and checksum, and a checksum of
// the list. Safetensors have none of their own, so that a flipped bit would be another model.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace flanmoe {

// Of all files that lie in the folder and below it.
void write_manifest(const std::filesystem::path& folder);

struct Damage {
  std::string file;  // in the folder: "model.safetensors"
  std::string what;  // "is damaged: its checksum is another"
};
// Against the manifest, which must be there and list `required` and all weights. Empty: the folder is whole.
std::vector<Damage> damage_of(const std::filesystem::path& folder, const std::vector<std::string>& required);

// UserError naming the first damaged file of a model folder; nothing where there is no manifest (folders of others), or
// behind skip_manifest_checks.
void check_manifest(const std::filesystem::path& folder);
void skip_manifest_checks();  // of this process: --no-check

}  // namespace flanmoe
