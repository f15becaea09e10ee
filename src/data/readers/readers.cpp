#include "data/readers/readers.h"

#include "base/error.h"
#include "base/nearest_name.h"

namespace flanmoe {
namespace {

using Notes = FileNotes (*)(const DataFile& file);

enum Takes { kNothing = 0, kParts = 1, kColumns = 2 };

struct NamedReader {
  const char* format;
  Reader reader;
  Takes takes = kNothing;
  Notes notes = nullptr;
};
constexpr NamedReader kReaders[] = {
    {"jsonl", read_jsonl, kColumns},
    {"json_rows", read_json_rows, kColumns},
    {"csv", read_csv, kColumns},
    {"tsv", read_tsv, kColumns},
    {"alpaca", read_alpaca},
    {"sharegpt", read_sharegpt},
    {"messages", read_messages},
    {"self_instruct", read_self_instruct},
    {"flan_dump", read_flan_dump},
    {"prompt_jsonl", read_prompt_jsonl},
    {"niv2", read_niv2, kParts, niv2_notes},
    {"cot_tsv", read_cot_tsv},
    {"mmlu", read_mmlu, kParts},
    {"mmlu_csv", read_mmlu_csv},
    {"mmlu_prompts", read_mmlu_prompts, kParts},
    {"bbh_json", read_bbh_json, kNothing, bbh_notes},
    {"arc", read_arc},
    {"boolq", read_boolq},
    {"gsm8k", read_gsm8k},
    {"aqua", read_aqua},
    {"svamp", read_svamp},
    {"mgsm", read_mgsm},
    {"asdiv", read_asdiv},
    {"strategyqa", read_strategyqa},
    {"condaqa", read_condaqa},
    {"pubmedqa", read_pubmedqa},
    {"sick", read_sick},
    {"sts_images", read_sts_images},
    {"cxc", read_cxc, kParts},
    {"searchqa", read_searchqa},
    {"mrqa", read_mrqa},
    {"tydiqa", read_tydiqa, kParts},
};

std::vector<std::string> names_that_take(Takes what) {
  std::vector<std::string> names;
  for (const NamedReader& named : kReaders) {
    if ((named.takes & what) != 0 || what == kNothing) names.emplace_back(named.format);
  }
  return names;
}

const NamedReader& named_reader(const std::string& format, const std::string& where) {
  for (const NamedReader& named : kReaders) {
    if (format == named.format) return named;
  }
  fail_input("{}: 'format' is '{}', {}expected one of {}", where, format, did_you_mean(format, reader_names()),
             fmt::join(reader_names(), ", "));
}

}  // namespace

std::vector<std::string> reader_names() { return names_that_take(kNothing); }

Reader reader_for(const std::string& format, const std::string& where) { return named_reader(format, where).reader; }

void read_rows(const std::string& format, const std::string& written, const std::map<std::string, std::string>& columns,
               BadRows& bad_rows, const std::function<void(TaskRow)>& take, const std::vector<std::string>& options) {
  const NamedReader& named = named_reader(format, written);
  if (!columns.empty() && (named.takes & kColumns) == 0) {
    fail_input("{}: format '{}' takes no 'columns'; the formats that do: {}", written, format,
               fmt::join(names_that_take(kColumns), ", "));
  }
  DataFile file = open_data_file(written);
  if (!file.part.empty() && (named.takes & kParts) == 0) {
    fail_input("{}: format '{}' knows no parts such as '#{}'; the formats that do: {}", file.name(), format, file.part,
               fmt::join(names_that_take(kParts), ", "));
  }
  file.columns = columns;
  file.options = options;
  RowSink rows(file, bad_rows, take);
  named.reader(file, rows);
}

FileNotes notes_of(const std::string& format, const std::string& written) {
  const Notes notes = named_reader(format, written).notes;
  return notes == nullptr ? FileNotes{} : notes(open_data_file(written));
}

}  // namespace flanmoe
