#include "data/mixture/token_cache.h"

#include <cstring>

#include "base/error.h"
#include "data/packing.h"

namespace flanmoe {
namespace {

[[noreturn]] void fail_cache(const fs::path& folder, const std::string& reason) {
  fail_input("{}: {}; remove the folder and build it again with `flanmoe data build`", folder.string(), reason);
}

// The header, its own checksum checked.
Json read_header(const fs::path& folder) {
  const fs::path file = folder / "header.json";
  if (!fs::exists(file)) fail_cache(folder, "no token cache, it has no header.json");
  Json header = Json::parse(read_text(file), nullptr, false);
  if (!header.is_object() || !header.contains("kind") || header["kind"] != kTokenCacheKind)
    fail_cache(folder, fmt::format("no token cache: header.json does not say \"kind\": \"{}\"", kTokenCacheKind));
  const std::string checksum = json_string(header, "checksum", file.string());
  header.erase("checksum");
  if (checksum_text(header.dump()) != checksum) fail_cache(folder, "header.json is damaged");
  const int64_t version = json_int(header, "version", file.string());
  if (version != kTokenCacheVersion)
    fail_cache(folder, fmt::format("version {} of the files, expected {}", version, kTokenCacheVersion));
  return header;
}

void check_file(const fs::path& folder, const std::string& name, uint64_t size, const Json& header) {
  const fs::path file = folder / name;
  if (!fs::exists(file)) fail_cache(folder, name + " is missing");
  if (const uint64_t there = fs::file_size(file); there != size)
    fail_cache(folder, fmt::format("{} has {} bytes, expected {}", name, there, size));
  if (checksum_file(file) != json_string(header, name, folder.string())) fail_cache(folder, name + " is damaged");
}

}  // namespace

TokenCache::TokenCache(const std::filesystem::path& folder) : folder_(folder) {
  const Json header = read_header(folder);
  facts_ = header.at("facts");
  num_examples_ = json_int(header, "num_examples", folder.string());
  num_ids_ = json_int(header, "num_ids", folder.string());
  id_bytes_ = json_int(header, "id_bytes", folder.string());
  check_file(folder, "ids.bin", static_cast<uint64_t>(num_ids_ * id_bytes_), header);
  check_file(folder, "ends.bin", static_cast<uint64_t>(num_examples_) * 2 * sizeof(uint64_t), header);
  ids_.emplace(folder / "ids.bin");
  ends_.emplace(folder / "ends.bin");
}

TokenPair TokenCache::example(uint64_t index) const {
  if (index >= static_cast<uint64_t>(num_examples_)) {
    fail_input("{}: example {} is asked for, the token cache holds {}; build a larger one", folder_.string(), index,
               num_examples_);
  }
  return {ids(2 * index), ids(2 * index + 1)};
}

TokenIds TokenCache::ids(uint64_t sequence) const {
  const auto end_of = [this](uint64_t which) {
    uint64_t end = 0;
    std::memcpy(&end, ends_->data() + which * sizeof(end), sizeof(end));
    return end;
  };
  const uint64_t begin = sequence == 0 ? 0 : end_of(sequence - 1), end = end_of(sequence);
  if (id_bytes_ == sizeof(uint16_t)) {
    const auto* all = reinterpret_cast<const uint16_t*>(ids_->data());
    return {all + begin, all + end};
  }
  const auto* all = reinterpret_cast<const int32_t*>(ids_->data());
  return {all + begin, all + end};
}

}  // namespace flanmoe
