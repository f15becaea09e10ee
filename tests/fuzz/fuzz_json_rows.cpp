// libFuzzer target: any text as rows in JSON, of our own form, of the user's columns, of each data set.
#include "fuzz/rows.h"

using namespace flanmoe;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const RowsCase kForms[] = {
      {read_jsonl},
      {read_jsonl, "fuzzed", "", {{"question", "q"}, {"answer", "a"}, {"options", "o"}}},
      {read_json_rows},
      {read_niv2},
      {read_niv2, "fuzzed", "positive"},
      {read_bbh_json},
      {read_bbh_json, "fuzzed.txt"},
      {read_mmlu_prompts},
      {read_mmlu_prompts, "fuzzed", "s"},
      {read_arc},
      {read_boolq},
      {read_gsm8k},
      {read_aqua},
      {read_svamp},
      {read_strategyqa},
      {read_condaqa},
      {read_alpaca},
      {read_self_instruct},
      {read_flan_dump},
      {read_prompt_jsonl},
      {read_sharegpt},
      {read_messages},
      {read_mrqa},
      {read_tydiqa},
      {read_tydiqa, "fuzzed", "fi"},
  };
  check_rows(kForms, std::size(kForms), data, size);
  return 0;
}
