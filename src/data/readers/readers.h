// Readers of the formats people have: one function per format, named in one table. docs/tasks.md lists what a row of
// each holds.
// Defined in data/readers/reader_*.cpp.
#pragma once

#include <string>
#include <vector>

#include "data/readers/row_sink.h"

namespace flanmoe {

// Puts every row of a file into the sink. UserError for a fault of the whole file; rows that are bad are the sink's.
using Reader = void (*)(const DataFile& file, RowSink& rows);

// What a data file says of its task besides rows.
struct FileNotes {
  std::string definition, cluster;
};

// UserError with the nearest name for a format nobody reads.
Reader reader_for(const std::string& format, const std::string& where);

// Reads the rows of what a split names: FILE, or FILE#PART for the formats that know parts. `options` are those of
// every row, for files that bring none. UserError for columns that the format does not take.
void read_rows(const std::string& format, const std::string& written, const std::map<std::string, std::string>& columns,
               BadRows& bad_rows, const std::function<void(TaskRow)>& take,
               const std::vector<std::string>& options = {});

// The file's own definition and cluster; empty for formats whose files hold none.
FileNotes notes_of(const std::string& format, const std::string& written);

std::vector<std::string> reader_names();

void read_alpaca(const DataFile& file, RowSink& rows);
void read_aqua(const DataFile& file, RowSink& rows);
void read_arc(const DataFile& file, RowSink& rows);
void read_asdiv(const DataFile& file, RowSink& rows);
void read_bbh_json(const DataFile& file, RowSink& rows);
void read_boolq(const DataFile& file, RowSink& rows);
void read_condaqa(const DataFile& file, RowSink& rows);
void read_cot_tsv(const DataFile& file, RowSink& rows);
void read_csv(const DataFile& file, RowSink& rows);
void read_cxc(const DataFile& file, RowSink& rows);
void read_flan_dump(const DataFile& file, RowSink& rows);
void read_gsm8k(const DataFile& file, RowSink& rows);
void read_json_rows(const DataFile& file, RowSink& rows);
void read_jsonl(const DataFile& file, RowSink& rows);
void read_messages(const DataFile& file, RowSink& rows);
void read_mgsm(const DataFile& file, RowSink& rows);
void read_mmlu(const DataFile& file, RowSink& rows);
void read_mmlu_csv(const DataFile& file, RowSink& rows);
void read_mmlu_prompts(const DataFile& file, RowSink& rows);
void read_mrqa(const DataFile& file, RowSink& rows);
void read_niv2(const DataFile& file, RowSink& rows);
void read_prompt_jsonl(const DataFile& file, RowSink& rows);
void read_pubmedqa(const DataFile& file, RowSink& rows);
void read_searchqa(const DataFile& file, RowSink& rows);
void read_self_instruct(const DataFile& file, RowSink& rows);
void read_sharegpt(const DataFile& file, RowSink& rows);
void read_sick(const DataFile& file, RowSink& rows);
void read_strategyqa(const DataFile& file, RowSink& rows);
void read_sts_images(const DataFile& file, RowSink& rows);
void read_svamp(const DataFile& file, RowSink& rows);
void read_tsv(const DataFile& file, RowSink& rows);
void read_tydiqa(const DataFile& file, RowSink& rows);

FileNotes niv2_notes(const DataFile& file);
FileNotes bbh_notes(const DataFile& file);

}  // namespace flanmoe
