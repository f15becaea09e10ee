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

// .jsonl: one {"text", optional "spans"} a line; anything else: text with a blank line between documents. .gz too.
// UserError naming file and line for a malformed row.
std::vector<RawDocument> read_documents(const std::filesystem::path& file);

}  // namespace flanmoe
