// libFuzzer target: any text as ASDiv's XML.
#include "fuzz/rows.h"

using namespace flanmoe;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const RowsCase kForms[] = {{read_asdiv}};
  check_rows(kForms, std::size(kForms), data, size);
  return 0;
}
