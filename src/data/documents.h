// Files of running text, as pre-training reads them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace flanmoe {

using Spans = std::vector<std::pair<int64_t, int64_t>>;  // [begin, end)

struct RawDocument {
  std::string text;
  Spans marked;  // in bytes
};

// Objects with a "text" and, if they like, "spans" (data/records.h), or text with a blank line between documents.
// UserError naming file and line for a malformed one.
std::vector<RawDocument> read_documents(const std::filesystem::path& file);

}  // namespace flanmoe
