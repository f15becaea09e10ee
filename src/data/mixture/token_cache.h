// Examples as token ids in a folder: computed once, mapped into memory afterwards.
//   header.json  what the folder holds, with checksums (of the other files and of itself)
//   ids.bin      the ids of source and target of every example, one behind the other: uint16, or int32 when the
//                vocabulary is larger than 65,536; little-endian
//   ends.bin     uint64 for every source and target: where it ends, counted in ids
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/files.h"
#include "base/json.h"
#include "data/mixture/example_source.h"
#include "data/packing.h"

namespace flanmoe {

inline constexpr const char* kTokenCacheKind = "flanmoe token cache";  // `kind` in the header
inline constexpr int64_t kTokenCacheVersion = 1;                       // of the files

class TokenCache {
 public:
  // UserError naming the folder when it is none, is of another version, or a file is missing, cut short or damaged:
  // every byte is checked.
  explicit TokenCache(const std::filesystem::path& folder);

  TokenPair example(uint64_t index) const;  // UserError when it holds fewer; safe from several threads
  int64_t num_examples() const { return num_examples_; }
  int64_t num_ids() const { return num_ids_; }
  const Json& facts() const { return facts_; }  // as given when it was built

 private:
  TokenIds ids(uint64_t sequence) const;
  std::filesystem::path folder_;
  Json facts_;
  int64_t num_examples_ = 0, num_ids_ = 0, id_bytes_ = 0;
  std::optional<MappedFile> ids_, ends_;
};

// Writes the folder, complete or not at all (RunError when the disk is full). The same bytes for any number of threads;
// shows its progress. `facts` says what decides the examples.
void write_token_cache(const std::filesystem::path& folder, const Json& facts, const ExampleAt& example,
                       int64_t num_examples, int64_t vocab_size, int64_t num_threads);

}  // namespace flanmoe
