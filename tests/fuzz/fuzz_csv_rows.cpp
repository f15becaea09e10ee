// libFuzzer target: any text as CSV, with a header, with numbered columns, or MMLU's.
#include "fuzz/rows.h"

using namespace flanmoe;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const RowsCase kForms[] = {
      {read_csv},
      {read_csv, "fuzzed", "", {{"question", "q"}, {"answers", "a"}}},
      {read_csv, "fuzzed", "", {{"question", "1"}, {"answer", "2"}, {"options", "3"}}},
      {read_mmlu},
      {read_mmlu_csv},
  };
  check_rows(kForms, std::size(kForms), data, size);
  return 0;
}
