// A task is a data file (YAML): where its rows are, how a row becomes text, how an answer is judged. Tuning, finetuning
// and evaluation use the same files; docs/tasks.md is their specification.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/names.h"
#include "data/task_row.h"

namespace flanmoe {

// A prompt form: `{field}` is replaced by the row's field, `{options}` or `{options:STYLE}` by the option list (styles
// in data/render.cpp: dashes, letters, numbers, on lines or inline). The target may hold `{answer}` (the text),
// `{marker}` (the answer's marker in the list shown, "(B)" or "2") and `{rationale}`. `{{` and `}}` are braces
// (data/template_text.h).
struct PromptTemplate {
  std::string input;
  std::string target = "{answer}";
  bool shows_options = false;      // derived: an option list stands in the input
  bool answers_by_marker = false;  // derived: `{marker}` stands in the target
  bool inverted = false;           // asks for the input, given the answer (FLAN's input inversion); never evaluated
};

// How evaluation asks a task, where its first templates will not do. Texts are templates over the query's row.
struct EvalForm {
  std::string header;                // in front of everything, such as MMLU's first sentence
  std::string separator = "\n\n";    // between exemplars, and in front of the query
  PromptTemplate direct, cot;        // input "" = the task's first direct or chain-of-thought template
  int64_t shots = 0, cot_shots = 0;  // exemplars when the run does not say
  std::string split = "test";        // rows asked
  std::string exemplars = "dev", cot_exemplars = "dev";  // splits that exemplars come from, in order
  std::vector<std::string> stop;                         // a generated answer ends in front of these
  int64_t max_new_tokens = 32, cot_max_new_tokens = 256;
};

// In: may be tuned on; out: evaluation only; never: downstream finetuning only.
enum class Held { kIn, kOut, kNever };
constexpr std::array<Named<Held>, 3> names_of(Held) {
  return {{{Held::kIn, "in"}, {Held::kOut, "out"}, {Held::kNever, "never"}}};
}
// Class: one of the options.
enum class AnswerForm { kClass, kSpan, kNumber, kFreeText };
constexpr std::array<Named<AnswerForm>, 4> names_of(AnswerForm) {
  return {{{AnswerForm::kClass, "class"},
           {AnswerForm::kSpan, "span"},
           {AnswerForm::kNumber, "number"},
           {AnswerForm::kFreeText, "free_text"}}};
}

struct TaskSpec {
  std::string name;     // unique in a mixture or suite
  std::string group;    // the paper's: muffin, t0_sf, niv2, cot; or heldout, finetune
  std::string cluster;  // closed_book, entailment, translation, ...
  std::string suite;    // evaluation suite, "" for tuning tasks: exam (mmlu), hard (bbh), reasoning, qa
  Held held = Held::kIn;
  std::string held_out;  // what is new in it: "cluster" (nothing of its cluster is trained), "item" or "" (not said)
  std::string license, source;
  int64_t version = 1;  // raised when prompts or scoring change; stands in results
  std::string format;   // reader: jsonl, niv2, cot_tsv, mmlu_csv, bbh_json, ... (data/readers/readers.h)
  std::map<std::string, std::string> splits;  // train, validation, test, dev -> file, absolute; "FILE#PART" for readers
                                              // that know parts
  std::map<std::string, std::string> formats;  // split -> its reader, where it is another than `format`
  std::map<std::string, std::string> columns;  // for jsonl, csv, tsv with other names: our name -> the file's column
  std::vector<std::string> options;            // of every row, where the rows bring none of their own
  std::vector<PromptTemplate> templates;       // direct prompts, at least one
  std::vector<PromptTemplate> cot_templates;   // chain-of-thought prompts; empty when the task has none
  AnswerForm answer_form = AnswerForm::kClass;
  std::string extraction;  // rule that finds the answer in a generated text (eval/answers/extract.h); "" = the form's
  std::string metric = "accuracy";  // by name, eval/metrics/metrics.h
  std::vector<std::string>
      further_metrics;       // of whole tasks (eval/metrics/corpus_metrics.h), reported beside the first
  double chance = 0.0;       // percent
  std::string definition;    // niv2: the instruction itself
  int64_t max_examples = 0;  // cap for mixing, 0 = the group's
  EvalForm eval;
  std::string file;  // the task file it comes from
};

// A task file, or the task files of a folder (recursively, *.yaml, sorted by name). UserError when there is none.
std::vector<std::filesystem::path> task_files(const std::filesystem::path& path);

// Reads every task of a file or folder. Paths in a task are relative to the
// task's file, or as `resolve_path` says ("{data}/", "{home}/"). A task with a pattern `each` is one task per file;
// what a file knows of itself (definition, category) is filled in. UserError: file, line, key; MissingFile
// (data/task_paths.h) when a data file that this needs is not there.
std::vector<TaskSpec> load_tasks(const std::filesystem::path& path, const std::filesystem::path& data_folder);

// A task before its data files are looked at, so that those of tasks that nobody wants need not be there.
struct ListedTask {
  TaskSpec spec;                   // without what only its files know: definition, cluster, chance
  bool chance_of_options = false;  // its rows will say
  std::string missing;             // of a pattern `each` that fits no file: why. The name is a pattern, too, "mmlu_*"
};
// load_tasks in two steps: every task of a file or folder, then those that are wanted.
std::vector<ListedTask> list_tasks(const std::filesystem::path& path, const std::filesystem::path& data_folder);
TaskSpec opened_task(const ListedTask& listed);

class BadRows;  // data/readers/bad_rows.h

// The rows of one split; UserError naming file and line for a malformed row, and for an empty split.
std::vector<TaskRow> load_rows(const TaskSpec& task, const std::string& split);
// The same, malformed rows skipped and counted where `bad_rows` says so.
std::vector<TaskRow> load_rows(const TaskSpec& task, const std::string& split, BadRows& bad_rows);

}  // namespace flanmoe
