// libFuzzer target: any text as lines of cells.
#include "fuzz/rows.h"

using namespace flanmoe;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const RowsCase kForms[] = {
      {read_tsv},     {read_tsv, "fuzzed", "", {{"question", "1"}, {"answers", "2"}}},
      {read_cot_tsv}, {read_sick},
      {read_mgsm},    {read_searchqa},
  };
  check_rows(kForms, std::size(kForms), data, size);
  return 0;
}
