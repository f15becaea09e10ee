// flanmoe tokenizer info: what a vocabulary holds, and what it loses of a text.
#include <iostream>

#include "base/json.h"
#include "base/unicode.h"
#include "cli/output.h"
#include "cli/tokenizer_commands.h"
#include "data/tokenizer/text_loss.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "train/model_folder.h"

namespace flanmoe {
namespace {

struct InfoArguments {
  std::string model;
  bool json = false;
};

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
          {"num_ids", tokenizer.num_ids()},
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

int info(const InfoArguments& arguments) {
  const Json facts = facts_of(open_tokenizer_at(model_folder(arguments.model)));
  if (arguments.json) {
    std::cout << json_line(facts, "standard output") << "\n";
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

}  // namespace

std::function<int()> setup_tokenizer_info(CLI::App& parser) {
  auto arguments = std::make_shared<InfoArguments>();
  add_vocabulary(parser, arguments->model);
  parser.add_flag("--json", arguments->json, "one JSON object");
  parser.footer("Examples:\n  flanmoe tokenizer info spiece.model\n  flanmoe tokenizer info MODEL --json");
  return [arguments] { return info(*arguments); };
}

}  // namespace flanmoe
