// Prompts and answers of flanmoe generate as texts and files.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "data/tokenizer/tokenizer.h"
#include "decode/answer.h"
#include "decode/options.h"
#include "model/t5.h"

namespace flanmoe {

struct Prompt {
  std::string text;
  Json id;            // given back with the answer; null = none
  std::string where;  // "prompts.jsonl:3"
};

// One per line, or one object per line with the texts "prompt" and, if it likes, "id" (.jsonl). UserError naming file
// and line.
std::vector<Prompt> prompts_of_file(const fs::path& path);
std::vector<Prompt> prompts_of_stream(std::istream& in);

// Ids with the end token. UserError naming the prompt when it is empty or has more than `max_tokens` (0 = any).
TokenIds encode_prompt(const Prompt& prompt, const Tokenizer& tokenizer, int64_t max_tokens);

// {"encoder": [{"layer", "tokens": [{"piece", "experts", "weights", "dropped"}]}], "decoder": [...]}
Json routing_json(const T5Model& model, const Tokenizer& tokenizer, const TokenIds& source, const Answer& answer);

struct OutputOptions {
  std::string file;  // "" = standard output
  bool json = false, resume = false;
};

class AnswerWriter {
 public:
  // UserError when the file exists and is not to be gone on with.
  AnswerWriter(const Tokenizer& tokenizer, const GenerateOptions& options, const OutputOptions& output);
  size_t num_written() const { return num_written_; }  // lines that the file held already
  bool writes_json() const { return json_; }           // with log-probabilities
  void write(const Prompt& prompt, const std::vector<Answer>& answers, const Json& routing);

 private:
  std::string text_of(const Answer& answer) const;
  Json json_of(const Answer& answer) const;
  void line(const std::string& text);
  const Tokenizer& tokenizer_;
  const GenerateOptions& options_;
  bool json_;
  size_t num_written_ = 0;
  std::unique_ptr<LineWriter> file_;
};

}  // namespace flanmoe
