#include "data/readers/bad_rows.h"

#include "base/error.h"

namespace flanmoe {
namespace {

constexpr size_t kKeptReasons = 3;

// 1234567 -> "1,234,567".
std::string grouped(int64_t count) {
  std::string text = std::to_string(count);
  for (size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

}  // namespace

void BadRows::found(const std::string& file, const std::string& reason) {
  if (policy_ == OnBadRow::kStop) throw UserError(reason);
  Counts& counts = files_[file];
  ++counts.num_skipped;
  if (counts.first_reasons.size() < kKeptReasons) counts.first_reasons.push_back(reason);
}

int64_t BadRows::num_skipped() const {
  int64_t count = 0;
  for (const auto& [file, counts] : files_) count += counts.num_skipped;
  return count;
}

std::vector<std::string> BadRows::reasons(const std::string& file) const {
  const auto found = files_.find(file);
  return found == files_.end() ? std::vector<std::string>{} : found->second.first_reasons;
}

std::vector<std::string> BadRows::report() const {
  std::vector<std::string> lines;
  for (const auto& [file, counts] : files_) {
    if (counts.num_skipped == 0) continue;
    lines.push_back(fmt::format("{}: {} of {} rows skipped: first {}", file, grouped(counts.num_skipped),
                                grouped(counts.num_records), counts.first_reasons.front()));
  }
  return lines;
}

}  // namespace flanmoe
