#include <iostream>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/unicode.h"
#include "cli/command.h"
#include "cli/output.h"
#include "data/tokenizer/sentences.h"
#include "data/tokenizer/spiece_check.h"
#include "data/tokenizer/text_loss.h"
#include "data/tokenizer/tokenizer_folder.h"

namespace flanmoe {
namespace {

struct TokenizerArguments {
  std::string model, out, words_file;
  std::vector<std::string> words;  // texts, ids or files
  int64_t num_pieces = 0;
  bool pieces = false, json = false, eos = false, plain = false, special = false;
};

// What follows the model on the command line, else the lines of stdin.
std::vector<std::string> words_or_lines(const TokenizerArguments& arguments, std::string_view what) {
  if (!arguments.words.empty()) return arguments.words;
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) lines.push_back(line);
  if (lines.empty()) fail_input("no {}: give them as arguments, or in lines on stdin", what);
  return lines;
}

void print_encoded(const std::string& text, const std::vector<Tokenizer::Piece>& encoded,
                   const TokenizerArguments& arguments) {
  TokenIds ids;
  std::vector<std::string> pieces;
  for (const Tokenizer::Piece& piece : encoded) {
    ids.push_back(piece.id);
    pieces.push_back(piece.text);
  }
  if (arguments.json) {
    const Json line = {{"text", text}, {"ids", ids}, {"pieces", pieces}, {"num_unknown", num_unknown_pieces(ids)}};
    std::cout << json_line(line) << "\n";
  } else if (arguments.pieces) {
    std::cout << fmt::format("{}\n", fmt::join(pieces, " "));
  } else {
    std::cout << fmt::format("{}\n", fmt::join(ids, " "));
  }
}

int encode(const TokenizerArguments& arguments) {
  const Tokenizer tokenizer = open_tokenizer_at(arguments.model);
  TextLoss loss(tokenizer);
  for (const std::string& text : words_or_lines(arguments, "text")) {
    auto pieces = arguments.plain ? tokenizer.encode_plain(text) : tokenizer.encode_with_offsets(text);
    if (arguments.eos) pieces.push_back({kEosId, text.size(), text.size(), tokenizer.piece(kEosId)});
    TokenIds ids;
    for (const Tokenizer::Piece& piece : pieces) ids.push_back(piece.id);
    loss.add(text, ids);
    print_encoded(text, pieces, arguments);
  }
  for (const std::string& warning : loss.warnings()) log_warn("{}", warning);
  return kExitDone;
}

// "3 17, 1" -> ids that the vocabulary has.
TokenIds parsed_ids(const std::string& line, const Tokenizer& tokenizer, const std::string& where) {
  std::string spaced = line;
  std::replace(spaced.begin(), spaced.end(), ',', ' ');
  const int64_t end = tokenizer.num_pieces() + tokenizer.num_sentinels();
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

int decode(const TokenizerArguments& arguments) {
  const Tokenizer tokenizer = open_tokenizer_at(arguments.model);
  const auto print = [&](const std::string& line, const std::string& where) {
    const TokenIds ids = parsed_ids(line, tokenizer, where);
    std::cout << (arguments.special ? tokenizer.decode_with_special(ids) : tokenizer.decode_without_special(ids))
              << "\n";
  };
  if (!arguments.words.empty()) {
    print(fmt::format("{}", fmt::join(arguments.words, " ")), "command line");
    return kExitDone;
  }
  int64_t line_number = 0;
  for (const std::string& line : words_or_lines(arguments, "ids")) print(line, fmt::format("stdin:{}", ++line_number));
  return kExitDone;
}

std::vector<std::string> whole_words(const std::string& file) {
  std::vector<std::string> words = file.empty() ? std::vector<std::string>() : read_lines(file);
  std::erase(words, std::string());
  return words;
}

int train(const TokenizerArguments& arguments) {
  if (fs::exists(arguments.out)) fail_input("--out {}: exists already; expected a new file", arguments.out);
  const std::vector<std::string> words = whole_words(arguments.words_file);
  const std::vector<std::string> sentences = read_sentences(arguments.words);
  if (sentences.empty()) fail_input("{}: no text in them", fmt::join(arguments.words, ", "));
  log_info("training {} pieces on {} sentences of {}", arguments.num_pieces, sentences.size(),
           arguments.words.size() == 1 ? arguments.words[0] : fmt::format("{} files", arguments.words.size()));
  const std::string model = trained_spiece_model(sentences, arguments.num_pieces, words);
  if (const int64_t most = spiece_facts(model).num_pieces; most < arguments.num_pieces) {
    fail_input("--pieces {}: this text gives no more than {} pieces; expected at most that, or more text",
               arguments.num_pieces, most);
  }
  write_atomically(arguments.out, model);
  log_info("{} written", arguments.out);
  return kExitDone;
}

size_t num_characters(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += character_at(text, i).size) ++count;
  return count;
}

std::string longest_piece(const Tokenizer& tokenizer) {
  std::string longest;
  for (int32_t id = kUnkId + 1; id < tokenizer.num_pieces(); ++id) {
    const std::string piece = tokenizer.piece(id);
    if (num_characters(piece) > num_characters(longest)) longest = piece;
  }
  return longest;
}

Json facts_of(const Tokenizer& tokenizer) {
  const int64_t sentinels = tokenizer.num_sentinels();
  const NormaliserEffects effects = normaliser_effects(tokenizer);
  return {{"file", tokenizer.model_file().string()},
          {"type", tokenizer.type()},
          {"num_pieces", tokenizer.num_pieces()},
          {"num_sentinels", sentinels},
          {"num_ids", tokenizer.num_pieces() + sentinels},
          {"vocab_size", tokenizer.vocab_size()},
          {"pad_id", kPadId},
          {"eos_id", kEosId},
          {"unk_id", kUnkId},
          {"first_sentinel_id", sentinels > 0 ? Json(tokenizer.sentinel(0)) : Json()},
          {"longest_piece", longest_piece(tokenizer)},
          {"keeps_line_ends", effects.keeps_line_ends},
          {"keeps_tabs", effects.keeps_tabs},
          {"keeps_case", effects.keeps_case},
          {"keeps_spaces", effects.keeps_spaces},
          {"keeps_forms", effects.keeps_forms}};
}

int info(const TokenizerArguments& arguments) {
  const Json facts = facts_of(open_tokenizer_at(arguments.model));
  if (arguments.json) {
    std::cout << json_line(facts) << "\n";
    return kExitDone;
  }
  const auto print = [](std::string_view name, const std::string& value) {
    std::cout << fmt::format("{:<20}{}\n", name, value);
  };
  const auto text = [&facts](const char* key) {
    return facts[key].is_string() ? facts[key].get<std::string>() : facts[key].dump();
  };
  const auto kept = [&facts](const char* key, const char* otherwise) {
    return std::string(facts[key].get<bool>() ? "kept" : otherwise);
  };
  print("file", text("file"));
  print("type", text("type"));
  print("pieces", text("num_pieces"));
  print("sentinels", facts["first_sentinel_id"].is_null()
                         ? "0"
                         : text("num_sentinels") + ", <extra_id_0> is " + text("first_sentinel_id"));
  print("ids", text("num_ids") + ", padded to " + text("vocab_size") + " rows of the embedding");
  print("pad, eos, unk", text("pad_id") + ", " + text("eos_id") + ", " + text("unk_id"));
  print("longest piece", text("longest_piece"));
  print("line ends", kept("keeps_line_ends", "lost: read as spaces or unknown"));
  print("tabs", kept("keeps_tabs", "lost: read as spaces or unknown"));
  print("upper case", kept("keeps_case", "lost: read as lower case"));
  print("repeated spaces", kept("keeps_spaces", "lost: read as one"));
  print("letter forms", kept("keeps_forms", "lost: ligatures, fractions, full-width letters are read as plain ones"));
  return kExitDone;
}

void add_model(CLI::App& parser, TokenizerArguments& arguments) {
  parser.add_option("model", arguments.model, "a spiece.model file, or a model folder that holds one")
      ->required()
      ->type_name("MODEL");
}

CLI::App* add_encode(CLI::App& parser, TokenizerArguments& arguments) {
  CLI::App* encoder = parser.add_subcommand("encode", "ids of texts, one line for each text");
  add_model(*encoder, arguments);
  encoder->add_option("texts", arguments.words, "texts; none: the lines of stdin, each a text")->type_name("TEXT");
  encoder->add_flag("--pieces", arguments.pieces, "pieces in place of ids");
  encoder->add_flag("--json", arguments.json, "one object per text: text, ids, pieces, num_unknown");
  encoder->add_flag("--eos", arguments.eos, "add </s> to each text");
  encoder->add_flag("--plain", arguments.plain, "</s>, <pad>, <unk>, <extra_id_N> in a text are text, not tokens");
  encoder->footer(
      "Says on stderr how many texts hold line ends or tabs that the vocabulary loses, and how many pieces are "
      "unknown.\n"
      "Examples:\n"
      "  flanmoe tokenizer encode MODEL \"The <extra_id_0> walks in <extra_id_1> park\" --eos\n"
      "  flanmoe tokenizer encode spiece.model --pieces < lines.txt\n"
      "  flanmoe tokenizer encode MODEL --json -- \"-42\"      a text that begins with a dash");
  return encoder;
}

CLI::App* add_decode(CLI::App& parser, TokenizerArguments& arguments) {
  CLI::App* decoder = parser.add_subcommand("decode", "the text of ids");
  add_model(*decoder, arguments);
  decoder->add_option("ids", arguments.words, "ids of one text; none: lines of ids on stdin, each a text")
      ->type_name("ID");
  decoder->add_flag("--special", arguments.special,
                    "write <pad>, </s>, <unk> and sentinels; without it they are left out, as T5's tokenizer does with "
                    "skip_special_tokens");
  decoder->footer(
      "Ids are separated by spaces or commas.\nExamples:\n"
      "  flanmoe tokenizer decode MODEL 37 32099 12539 7 1 --special\n"
      "  flanmoe tokenizer encode MODEL \"a text\" | flanmoe tokenizer decode MODEL");
  return decoder;
}

CLI::App* add_train(CLI::App& parser, TokenizerArguments& arguments) {
  CLI::App* trainer = parser.add_subcommand("train", "train a vocabulary on text files (unigram, T5's ids)");
  trainer->add_option("files", arguments.words, "text files, or .jsonl files with a field \"text\"; .gz too")
      ->required()
      ->type_name("FILE");
  trainer->add_option("--out", arguments.out, "the new spiece.model")->required()->type_name("FILE");
  trainer->add_option("--pieces", arguments.num_pieces, "how many pieces, <pad>, </s> and <unk> among them")
      ->required()
      ->type_name("N");
  trainer->add_option("--whole-words", arguments.words_file, "words, one a line, that are one piece each")
      ->type_name("FILE");
  trainer->footer(
      "Sentinels are no pieces: they come behind them, 100 unless a model folder says otherwise.\nExamples:\n"
      "  flanmoe tokenizer train corpus.txt more.jsonl.gz --pieces 8000 --out spiece.model\n"
      "  flanmoe tokenizer train corpus.txt --pieces 2000 --whole-words names.txt --out spiece.model");
  return trainer;
}

CLI::App* add_info(CLI::App& parser, TokenizerArguments& arguments) {
  CLI::App* teller = parser.add_subcommand("info", "what a vocabulary holds, and what it loses of a text");
  add_model(*teller, arguments);
  teller->add_flag("--json", arguments.json, "one JSON object");
  teller->footer("Examples:\n  flanmoe tokenizer info spiece.model\n  flanmoe tokenizer info MODEL --json");
  return teller;
}

}  // namespace

std::function<int()> setup_tokenizer(CLI::App& parser) {
  auto arguments = std::make_shared<TokenizerArguments>();
  parser.require_subcommand(1);
  parser.fallthrough();  // -q and -v behind the subcommand, too
  const CLI::App* encoder = add_encode(parser, *arguments);
  const CLI::App* decoder = add_decode(parser, *arguments);
  const CLI::App* trainer = add_train(parser, *arguments);
  add_info(parser, *arguments);
  return [=] {
    if (encoder->parsed()) return encode(*arguments);
    if (decoder->parsed()) return decode(*arguments);
    return trainer->parsed() ? train(*arguments) : info(*arguments);
  };
}

}  // namespace flanmoe
