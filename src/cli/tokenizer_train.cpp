// flanmoe tokenizer train: a vocabulary from text files.
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text_file.h"
#include "cli/tokenizer_commands.h"
#include "data/tokenizer/sentences.h"
#include "data/tokenizer/spiece_check.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {
namespace {

struct TrainArguments {
  std::string out, whole_words;
  std::vector<std::string> files;
  int64_t num_pieces = 0;
};

std::vector<std::string> whole_words(const std::string& file) {
  std::vector<std::string> words;
  if (file.empty()) return words;
  each_text_line(open_text_file(file).text, [&](std::string_view line, int64_t) {
    if (!is_blank(line)) words.emplace_back(line);
  });
  return words;
}

int train(const TrainArguments& arguments) {
  if (fs::exists(arguments.out)) fail_input("--out {}: exists already; expected a new file", arguments.out);
  const std::vector<std::string> words = whole_words(arguments.whole_words);
  const std::vector<std::string> sentences = read_sentences(arguments.files);
  if (sentences.empty()) fail_input("{}: no text in them", fmt::join(arguments.files, ", "));
  log_info("training {} pieces on {} sentences of {}", arguments.num_pieces, sentences.size(),
           arguments.files.size() == 1 ? arguments.files[0] : fmt::format("{} files", arguments.files.size()));
  const std::string model = trained_spiece_model(sentences, arguments.num_pieces, words);
  if (const int64_t most = spiece_facts(model).num_pieces; most < arguments.num_pieces) {
    fail_input("--pieces {}: this text gives no more than {} pieces; expected at most that, or more text",
               arguments.num_pieces, most);
  }
  write_atomically(arguments.out, model);
  log_info("{} written", arguments.out);
  return kExitDone;
}

}  // namespace

std::function<int()> setup_tokenizer_train(CLI::App& parser) {
  auto arguments = std::make_shared<TrainArguments>();
  parser
      .add_option("files", arguments->files,
                  "text files, or objects with a \"text\" (.jsonl, .ndjson, .json, .csv, .tsv); .gz, .zst too")
      ->required()
      ->type_name("FILE");
  parser.add_option("--out", arguments->out, "the new spiece.model")->required()->type_name("FILE");
  parser.add_option("--pieces", arguments->num_pieces, "how many pieces, <pad>, </s> and <unk> among them")
      ->required()
      ->type_name("N");
  parser.add_option("--whole-words", arguments->whole_words, "words, one a line, that are one piece each")
      ->type_name("FILE");
  parser.footer(
      "Sentinels are no pieces: they come behind them, 100 unless a model folder says otherwise.\nExamples:\n"
      "  flanmoe tokenizer train corpus.txt more.jsonl.gz --pieces 8000 --out spiece.model\n"
      "  flanmoe tokenizer train corpus.txt --pieces 2000 --whole-words names.txt --out spiece.model");
  return [arguments] { return train(*arguments); };
}

}  // namespace flanmoe
