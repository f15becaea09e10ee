// Readers of the formats people have: one function per format, named in one table.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/task.h"

namespace flanmoe {

// Rows of one file (.gz read as it is); UserError naming file and line or record for a malformed row.
using Reader = std::vector<TaskRow> (*)(const std::filesystem::path& file);

// What a data file says of its task besides rows.
struct FileNotes {
  std::string definition, cluster;
};

// UserError with the nearest name for a format nobody reads.
Reader reader_for(const std::string& format, const std::string& where);

// The file's own definition and cluster; empty for formats whose files hold none.
FileNotes notes_of(const std::string& format, const std::filesystem::path& file);

std::vector<std::string> reader_names();

std::vector<TaskRow> read_jsonl(const std::filesystem::path& file);         // ours: docs/tasks.md
std::vector<TaskRow> read_csv(const std::filesystem::path& file);           // fields are the header's columns
std::vector<TaskRow> read_tsv(const std::filesystem::path& file);           // the same, tab separated
std::vector<TaskRow> read_prompt_jsonl(const std::filesystem::path& file);  // fields: prompt
std::vector<TaskRow> read_niv2(const std::filesystem::path& file);     // fields: input; notes: definition, category
std::vector<TaskRow> read_cot_tsv(const std::filesystem::path& file);  // fields: question, stem, answer_text
std::vector<TaskRow> read_mmlu_csv(
    const std::filesystem::path& file);  // fields: subject, question, choices, answer_text
std::vector<TaskRow> read_bbh_json(
    const std::filesystem::path& file);  // fields: input, stem, answer_text; also cot-prompts/*.txt
std::vector<TaskRow> read_strategyqa(const std::filesystem::path& file);  // fields: question
std::vector<TaskRow> read_pubmedqa(const std::filesystem::path& file);    // fields: question, context
std::vector<TaskRow> read_sick(const std::filesystem::path& file);        // fields: first, second, score, entailment

FileNotes niv2_notes(const std::filesystem::path& file);

}  // namespace flanmoe
