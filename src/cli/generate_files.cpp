#include "cli/generate_files.h"

#include <iostream>

#include "answering/answer_json.h"
#include "base/error.h"
#include "cli/output.h"

namespace flanmoe {
namespace {

Prompt prompt_of_json(const std::string& line, const std::string& file, int64_t number) {
  const std::string where = fmt::format("{}:{}", file, number);
  const Json object = parse_json(line, file, number);
  Prompt prompt{json_string(object, "prompt", where), nullptr, where};
  if (object.contains("id")) prompt.id = object["id"];
  return prompt;
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' || c == '\r' ? ' ' : c;
  return text;
}

}  // namespace

std::vector<Prompt> prompts_of_file(const fs::path& path) {
  const std::string name = path.string();
  const bool json = name.ends_with(".jsonl") || name.ends_with(".jsonl.gz");
  std::vector<Prompt> prompts;
  int64_t number = 0;
  for (const std::string& line : read_lines(path)) {
    ++number;
    if (json && line.find_first_not_of(" \t") == std::string::npos) continue;
    prompts.push_back(json ? prompt_of_json(line, name, number)
                           : Prompt{line, nullptr, fmt::format("{}:{}", name, number)});
  }
  if (prompts.empty()) fail_input("{}: no prompts in it", name);
  return prompts;
}

std::vector<Prompt> prompts_of_stream(std::istream& in) {
  std::vector<Prompt> prompts;
  for (std::string line; std::getline(in, line);) {
    prompts.push_back({line, nullptr, fmt::format("stdin:{}", prompts.size() + 1)});
  }
  if (prompts.empty()) {
    fail_input("no prompt: give prompts as arguments, with --input FILE, or one per line on stdin");
  }
  return prompts;
}

AnswerWriter::AnswerWriter(const Session& session, const OutputOptions& output)
    : session_(session), json_(output.json || output.file.ends_with(".jsonl")) {
  if (output.file.empty()) return;
  if (fs::exists(output.file)) {
    if (!output.resume) fail_input("--output {}: exists already; expected a new file, or --resume", output.file);
    num_written_ = read_lines(output.file).size() / (json_ ? 1 : static_cast<size_t>(session.options.num_answers));
  }
  file_ = std::make_unique<LineWriter>(output.file);
}

void AnswerWriter::line(const std::string& text) {
  if (file_ != nullptr) return file_->write(text);
  std::cout << text << "\n" << std::flush;
}

void AnswerWriter::write(const Prompt& prompt, const std::vector<Answer>& answers, const Json& routes) {
  if (!json_) {
    for (const Answer& answer : answers) line(one_line(session_.text_of(answer.ids)));
    return;
  }
  Json object = {{"prompt", prompt.text}, {"answer", session_.text_of(answers.at(0).ids)}};
  if (!prompt.id.is_null()) object["id"] = prompt.id;
  for (const Answer& answer : answers) object["answers"].push_back(answer_json(session_, answer));
  if (!routes.is_null()) object["routing"] = routes;
  line(json_line(object));
}

}  // namespace flanmoe
