#include "data/readers.h"

#include "base/error.h"

namespace flanmoe {
namespace {

using Notes = FileNotes (*)(const std::filesystem::path& file);

struct NamedReader {
  const char* format;
  Reader reader;
  Notes notes = nullptr;
};
constexpr NamedReader kReaders[] = {
    {"jsonl", read_jsonl},
    {"csv", read_csv},
    {"tsv", read_tsv},
    {"prompt_jsonl", read_prompt_jsonl},
    {"niv2", read_niv2, niv2_notes},
    {"cot_tsv", read_cot_tsv},
    {"mmlu_csv", read_mmlu_csv},
    {"bbh_json", read_bbh_json},
    {"strategyqa", read_strategyqa},
    {"pubmedqa", read_pubmedqa},
    {"sick", read_sick},
};

}  // namespace

std::vector<std::string> reader_names() {
  std::vector<std::string> names;
  for (const NamedReader& named : kReaders) names.push_back(named.format);
  return names;
}

Reader reader_for(const std::string& format, const std::string& where) {
  for (const NamedReader& named : kReaders) {
    if (format == named.format) return named.reader;
  }
  const std::string nearest = nearest_name(format, reader_names());
  fail_input("{}: 'format' is '{}', {}expected one of {}", where, format,
             nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest), fmt::join(reader_names(), ", "));
}

FileNotes notes_of(const std::string& format, const std::filesystem::path& file) {
  for (const NamedReader& named : kReaders) {
    if (format == named.format && named.notes != nullptr) return named.notes(file);
  }
  return {};
}

}  // namespace flanmoe
