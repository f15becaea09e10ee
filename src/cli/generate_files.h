// Where prompts of flanmoe generate come from, and where its answers go: files and the terminal.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answering/session.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/json.h"

namespace flanmoe {

// Lines of text, or objects with a text "prompt" and, if they like, an "id" (data/records.h). UserError naming file and
// line.
std::vector<Prompt> prompts_of_file(const fs::path& path);
std::vector<Prompt> prompts_of_stream(std::istream& in);

struct OutputOptions {
  std::string file;  // "" = standard output
  bool json = false, resume = false;
};

bool writes_json(const OutputOptions& output);  // --json, or a file that ends with .jsonl

// Answers in the order of the prompts. Beside a file stands FILE.config.json: what decides the answers in it.
class AnswerWriter {
 public:
  // Goes on behind the last prompt whose answers are whole. UserError when the file exists and is not to be gone on
  // with, holds answers that another configuration gives, more of them than there are prompts, JSON of another prompt,
  // or is being written by another process.
  AnswerWriter(const Session& session, const OutputOptions& output, const Json& config,
               const std::vector<Prompt>& prompts);
  size_t num_written() const { return num_written_; }  // prompts whose answers the file held already
  bool writes_json() const { return json_; }           // with log-probabilities
  void write(const Prompt& prompt, const std::vector<Answer>& answers, const Json& routes);
  void tell_cut() const;  // logs how many of the answers written were as long as allowed, if any

 private:
  void line(const std::string& text);
  const Session& session_;
  bool json_;
  size_t num_written_ = 0, num_cut_ = 0, num_answers_ = 0;
  std::optional<FileLock> lock_;
  std::unique_ptr<LineWriter> file_;
};

}  // namespace flanmoe
