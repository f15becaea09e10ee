// flanmoe tokenizer encode: texts to ids.
#include <iostream>

#include "base/json.h"
#include "base/log.h"
#include "cli/output.h"
#include "cli/tokenizer_commands.h"
#include "data/tokenizer/text_loss.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "data/tokenizer/written_tokens.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct EncodeArguments {
  std::string model;
  std::vector<std::string> texts;
  bool pieces = false, json = false, eos = false, plain = false;
};

void print_encoded(const std::string& text, const std::vector<Tokenizer::Piece>& encoded,
                   const EncodeArguments& arguments) {
  TokenIds ids;
  std::vector<std::string> pieces;
  for (const Tokenizer::Piece& piece : encoded) {
    ids.push_back(piece.id);
    pieces.push_back(piece.text);
  }
  if (arguments.json) {
    const Json line = {{"text", text}, {"ids", ids}, {"pieces", pieces}, {"num_unknown", num_unknown_pieces(ids)}};
    std::cout << json_line(line, "standard output") << "\n";
  } else if (arguments.pieces) {
    std::cout << fmt::format("{}\n", fmt::join(pieces, " "));
  } else {
    std::cout << fmt::format("{}\n", fmt::join(ids, " "));
  }
}

int encode(const EncodeArguments& arguments) {
  const Tokenizer tokenizer = open_tokenizer_at(model_folder(arguments.model));
  TextLoss loss(tokenizer);
  WrittenTokens written(tokenizer);
  for (const std::string& text : words_or_lines(arguments.texts, "text")) {
    auto pieces = arguments.plain ? tokenizer.encode_plain(text) : tokenizer.encode_with_offsets(text);
    if (arguments.eos) pieces.push_back({kEosId, text.size(), text.size(), tokenizer.piece(kEosId)});
    TokenIds ids;
    for (const Tokenizer::Piece& piece : pieces) ids.push_back(piece.id);
    loss.add(text, ids);
    if (!arguments.plain) written.add(text);
    print_encoded(text, pieces, arguments);
  }
  for (const std::string& warning : loss.warnings()) log_warn("{}", warning);
  if (const std::string told = written.told(); !told.empty()) log_info("{}", told);
  return kExitDone;
}

}  // namespace

std::function<int()> setup_tokenizer_encode(CLI::App& parser) {
  auto arguments = std::make_shared<EncodeArguments>();
  add_vocabulary(parser, arguments->model);
  parser.add_option("texts", arguments->texts, "texts; none: the lines of stdin, each a text")->type_name("TEXT");
  parser.add_flag("--pieces", arguments->pieces, "pieces in place of ids");
  parser.add_flag("--json", arguments->json, "one object per text: text, ids, pieces, num_unknown");
  parser.add_flag("--eos", arguments->eos, "add </s> to each text");
  parser.add_flag("--plain", arguments->plain, "</s>, <pad>, <unk>, <extra_id_N> in a text are text, not tokens");
  parser.footer(
      "Says on stderr how many texts hold line ends or tabs that the vocabulary loses, and how many pieces are "
      "unknown.\n"
      "Examples:\n"
      "  flanmoe tokenizer encode MODEL \"The <extra_id_0> walks in <extra_id_1> park\" --eos\n"
      "  flanmoe tokenizer encode spiece.model --pieces < lines.txt\n"
      "  flanmoe tokenizer encode MODEL --json -- \"-42\"      a text that begins with a dash");
  return [arguments] { return encode(*arguments); };
}

}  // namespace flanmoe
