// flanmoe tokenizer decode: ids to texts.
#include <algorithm>
#include <iostream>

#include "base/error.h"
#include "base/unicode.h"
#include "cli/tokenizer_commands.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct DecodeArguments {
  std::string model;
  std::vector<std::string> ids;
  bool special = false;
};

// "3 17, 1" -> ids that a model of this vocabulary may say: behind the last token are unused ones, which are left out.
TokenIds parsed_ids(const std::string& line, const Tokenizer& tokenizer, const std::string& where) {
  std::string spaced = line;
  std::replace(spaced.begin(), spaced.end(), ',', ' ');
  const int64_t end = tokenizer.vocab_size();
  TokenIds ids;
  for (const std::string& word : split_words(spaced)) {
    const bool negative = word.starts_with('-');
    const std::string digits = word.substr(negative ? 1 : 0);
    const bool number =
        !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!number) fail_input("{}: '{}' is no id; expected numbers from 0 to {}", where, word, end - 1);
    constexpr size_t kMostDigits = 18;
    if (negative || digits.size() > kMostDigits || std::stoll(digits) >= end) {
      fail_input("{}: id {} is not in this vocabulary; expected 0 to {}", where, word, end - 1);
    }
    ids.push_back(static_cast<int32_t>(std::stoll(digits)));
  }
  return ids;
}

int decode(const DecodeArguments& arguments) {
  const Tokenizer tokenizer = open_tokenizer_at(model_folder(arguments.model));
  const auto print = [&](const std::string& line, const std::string& where) {
    const TokenIds ids = parsed_ids(line, tokenizer, where);
    std::cout << (arguments.special ? tokenizer.decode_with_special(ids) : tokenizer.decode_without_special(ids))
              << "\n";
  };
  if (!arguments.ids.empty()) {
    print(fmt::format("{}", fmt::join(arguments.ids, " ")), "command line");
    return kExitDone;
  }
  int64_t line_number = 0;
  for (const std::string& line : words_or_lines(arguments.ids, "ids"))
    print(line, fmt::format("stdin:{}", ++line_number));
  return kExitDone;
}

}  // namespace

std::function<int()> setup_tokenizer_decode(CLI::App& parser) {
  auto arguments = std::make_shared<DecodeArguments>();
  add_vocabulary(parser, arguments->model);
  parser.add_option("ids", arguments->ids, "ids of one text; none: lines of ids on stdin, each a text")
      ->type_name("ID");
  parser.add_flag("--special", arguments->special,
                  "write <pad>, </s>, <unk> and sentinels; without it they are left out, as T5's tokenizer does with "
                  "skip_special_tokens");
  parser.footer(
      "Ids are separated by spaces or commas.\nExamples:\n"
      "  flanmoe tokenizer decode MODEL 37 32099 12539 7 1 --special\n"
      "  flanmoe tokenizer encode MODEL \"a text\" | flanmoe tokenizer decode MODEL");
  return [arguments] { return decode(*arguments); };
}

}  // namespace flanmoe
