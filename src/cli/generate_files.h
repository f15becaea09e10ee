// Where prompts of flanmoe generate come from, and where its answers go: files and the terminal.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "answering/session.h"
#include "base/files.h"
#include "base/json.h"

namespace flanmoe {

// One per line, or one object per line with the texts "prompt" and, if it likes, "id" (.jsonl). UserError naming file
// and line.
std::vector<Prompt> prompts_of_file(const fs::path& path);
std::vector<Prompt> prompts_of_stream(std::istream& in);

struct OutputOptions {
  std::string file;  // "" = standard output
  bool json = false, resume = false;
};

class AnswerWriter {
 public:
  // UserError when the file exists and is not to be gone on with.
  AnswerWriter(const Session& session, const OutputOptions& output);
  size_t num_written() const { return num_written_; }  // lines that the file held already
  bool writes_json() const { return json_; }           // with log-probabilities
  void write(const Prompt& prompt, const std::vector<Answer>& answers, const Json& routes);

 private:
  void line(const std::string& text);
  const Session& session_;
  bool json_;
  size_t num_written_ = 0;
  std::unique_ptr<LineWriter> file_;
};

}  // namespace flanmoe
