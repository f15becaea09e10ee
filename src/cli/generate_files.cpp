#include "cli/generate_files.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "answering/answer_json.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text_file.h"
#include "cli/output.h"
#include "data/records.h"
#include "eval/files/eval_folder.h"

namespace flanmoe {
namespace {

Prompt prompt_of_object(const Json& object, const std::string& where) {
  Prompt prompt{json_string(object, "prompt", where), nullptr, where};
  if (object.contains("id")) prompt.id = object["id"];
  return prompt;
}

std::vector<Prompt> prompts_of(const TextFile& file) {
  std::vector<Prompt> prompts;
  if (file.kind == TextKind::kLines) {
    each_text_line(file.text, [&](std::string_view line, int64_t number) {
      const std::string where = fmt::format("{}:{}", file.name, number);
      if (is_blank(line)) fail_input("{}: the prompt is empty; expected a text", where);  // there may be billions
      prompts.push_back({std::string(line), nullptr, where});
    });
  } else {
    each_object_of(file, [&](const Json& object, const std::string& where) {
      prompts.push_back(prompt_of_object(object, where));
    });
  }
  return prompts;
}

// Keeps whole lines, and whole groups of `lines_per_prompt` of them; how many groups that are.
size_t cut_back(const std::string& file, size_t lines_per_prompt) {
  const std::string text = read_text(file);
  size_t kept = 0, num_lines = 0, num_prompts = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1)) {
    if (++num_lines % lines_per_prompt != 0) continue;
    kept = end + 1;
    ++num_prompts;
  }
  if (kept < text.size() && ::truncate(file.c_str(), static_cast<off_t>(kept)) != 0)
    fail_run("cannot write {}: {}", file, std::strerror(errno));
  return num_prompts;
}

// The lines of a file that is gone on with answer the first prompts, in their order; lines of text do not say whose
// answers they are.
void expect_answers_of(const std::vector<Prompt>& prompts, const std::string& file, size_t num_written, bool json) {
  if (num_written > prompts.size()) {
    fail_input(
        "--resume: {} holds the answers to {} prompts, expected {} at most: lines were put in; give "
        "a new --output",
        file, num_written, prompts.size());
  }
  if (!json) return;
  each_text_line(read_text(file), [&](std::string_view line, int64_t number) {
    const std::string where = fmt::format("{}:{}", file, number);
    const std::string& expected = prompts.at(static_cast<size_t>(number - 1)).text;
    const std::string answered = json_string(parse_json(std::string(line), file, number), "prompt", where);
    if (answered == expected) return;
    fail_input(
        "--resume: {}: the line answers {}, expected {}: lines were taken out, put in or moved; cut the "
        "file in front of it, or give a new --output",
        where, json_excerpt(answered), json_excerpt(expected));
  });
}

std::string one_line(std::string text) {
  for (char& c : text) c = c == '\n' || c == '\r' ? ' ' : c;
  return text;
}

}  // namespace

std::vector<Prompt> prompts_of_file(const fs::path& path) {
  const TextFile file = open_text_file(path);
  std::vector<Prompt> prompts = prompts_of(file);
  if (prompts.empty()) fail_input("{}: no prompts in it", file.name);
  return prompts;
}

std::vector<Prompt> prompts_of_stream(std::istream& in) {
  std::vector<Prompt> prompts = prompts_of(text_of_stream(in, "stdin", TextKind::kLines));
  if (prompts.empty()) {
    fail_input("no prompt: give prompts as arguments, with --input FILE, or one per line on stdin");
  }
  return prompts;
}

bool writes_json(const OutputOptions& output) { return output.json || kind_of_name(output.file) == TextKind::kJson; }

AnswerWriter::AnswerWriter(const Session& session, const OutputOptions& output, const Json& config,
                           const std::vector<Prompt>& prompts)
    : session_(session), json_(flanmoe::writes_json(output)) {
  if (output.file.empty()) return;
  const bool is_new = !fs::exists(output.file);
  if (!is_new && !output.resume)
    fail_input("--output {}: exists already; expected a new file, or --resume", output.file);
  lock_.emplace(output.file, fmt::format("--output {}: another process is writing it", output.file));
  const std::string config_file = output.file + ".config.json";
  if (fs::file_size(output.file) == 0) {
    write_json(config_file, config);
  } else {
    if (!fs::exists(config_file)) {
      fail_input("--resume: there is no {}, which says what gave the answers in {}; expected a new --output",
                 config_file, output.file);
    }
    expect_same_config(read_json(config_file), config, output.file, false);
    num_written_ = cut_back(output.file, json_ ? 1 : static_cast<size_t>(session.options.num_answers));
    expect_answers_of(prompts, output.file, num_written_, json_);
  }
  file_ = std::make_unique<LineWriter>(output.file);
}

void AnswerWriter::line(const std::string& text) {
  if (file_ != nullptr) return file_->write(text);
  std::cout << text << "\n" << std::flush;
}

void AnswerWriter::tell_cut() const {
  if (num_cut_ == 0) return;
  log_info("{} of {} answer{} did not end and {} cut at max_new_tokens ({})", num_cut_, num_answers_,
           num_answers_ == 1 ? "" : "s", num_cut_ == 1 ? "was" : "were", session_.options.max_new_tokens);
}

void AnswerWriter::write(const Prompt& prompt, const std::vector<Answer>& answers, const Json& routes) {
  for (const Answer& answer : answers) num_cut_ += answer.ended ? 0 : 1;
  num_answers_ += answers.size();
  if (!json_) {
    for (const Answer& answer : answers) line(one_line(session_.text_of(answer.ids)));
    return;
  }
  Json object = {{"prompt", prompt.text}, {"answer", session_.text_of(answers.at(0).ids)}};
  if (!prompt.id.is_null()) object["id"] = prompt.id;
  for (const Answer& answer : answers) object["answers"].push_back(answer_json(session_, answer));
  if (!routes.is_null()) object["routing"] = routes;
  line(json_line(object, prompt.where));
}

}  // namespace flanmoe
