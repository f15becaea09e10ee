// What a model folder holds beside weights and config.json: vocabulary, its rules, how to generate.
#pragma once

#include <filesystem>

namespace flanmoe {

// Copies those that `from` has, over what `to` has.
void copy_other_files(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace flanmoe
