#include "cli/parts.h"
#include "cli/tokenizer_commands.h"

namespace flanmoe {
namespace {

constexpr Part kParts[] = {
    {"encode", "ids of texts, one line for each text", setup_tokenizer_encode},
    {"decode", "the text of ids", setup_tokenizer_decode},
    {"train", "train a vocabulary on text files (unigram, T5's ids)", setup_tokenizer_train},
    {"info", "what a vocabulary holds, and what it loses of a text", setup_tokenizer_info},
};

}  // namespace

std::function<int()> setup_tokenizer(CLI::App& parser) {
  parser.fallthrough();  // what every command takes may stand behind a part
  return setup_parts(parser, kParts);
}

}  // namespace flanmoe
