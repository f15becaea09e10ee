// What the parts of `flanmoe tokenizer` read alike (tokenizer_commands.h).
#include <iostream>

#include "base/error.h"
#include "base/text_file.h"
#include "cli/tokenizer_commands.h"

namespace flanmoe {

void add_vocabulary(CLI::App& parser, std::string& model) {
  parser.add_option("model", model, "a spiece.model file, or a model folder that holds one")
      ->required()
      ->type_name("MODEL");
}

std::vector<std::string> words_or_lines(const std::vector<std::string>& words, std::string_view what) {
  for (const std::string& word : words) expect_text(std::string(what), word);
  if (!words.empty()) return words;
  std::vector<std::string> lines;
  each_text_line(text_of_stream(std::cin, "stdin", TextKind::kLines).text,
                 [&](std::string_view line, int64_t) { lines.emplace_back(line); });
  if (lines.empty()) fail_input("no {}: give them as arguments, or in lines on stdin", what);
  return lines;
}

}  // namespace flanmoe
