// What becomes of rows that cannot be read: the first one stops the reading, or they are skipped and counted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/names.h"

namespace flanmoe {

enum class OnBadRow { kStop, kSkip };
constexpr std::array<Named<OnBadRow>, 2> names_of(OnBadRow) {
  return {{{OnBadRow::kStop, "stop"}, {OnBadRow::kSkip, "skip"}}};
}

// Counts over the files of a run (FILE or FILE#PART, as a split names it). Faults of a whole file (it is missing,
// empty, cut short, no UTF-8, without a column that was asked for) are no bad rows: they always stop.
class BadRows {
 public:
  explicit BadRows(OnBadRow policy = OnBadRow::kStop) : policy_(policy) {}

  void count_record(const std::string& file) { ++files_[file].num_records; }
  // `reason` names file, place and fault. UserError(reason) when the policy is to stop.
  void found(const std::string& file, const std::string& reason);

  int64_t num_skipped() const;
  // The first reasons (at most three) of a file, in order.
  std::vector<std::string> reasons(const std::string& file) const;
  // One line per file with skipped rows, sorted by name: "FILE: 3 of 1,200 rows skipped: first FILE:17: reason".
  std::vector<std::string> report() const;

 private:
  struct Counts {
    int64_t num_records = 0, num_skipped = 0;
    std::vector<std::string> first_reasons;
  };
  OnBadRow policy_;
  std::map<std::string, Counts> files_;
};

}  // namespace flanmoe
