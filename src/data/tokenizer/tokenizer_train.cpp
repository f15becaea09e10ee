#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <regex>
#include <set>
#include <unordered_map>

#include "base/error.h"
#include "base/files.h"
#include "base/unicode.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {
namespace {

constexpr int64_t kFewestPieces = 4, kMostPieces = 1'000'000;  // the library begins with a million candidates
constexpr size_t kLongestSentence = 4192;                      // bytes; the library skips longer ones

class ListIterator final : public sentencepiece::SentenceIterator {
 public:
  explicit ListIterator(const std::vector<std::string>& sentences) : sentences_(sentences) {}
  bool done() const override { return next_ == sentences_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return sentences_[next_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& sentences_;
  size_t next_ = 0;
};

// A word in the library's comma-separated list: one with commas or quotes is put in quotes.
std::string listed(const std::string& word) {
  if (word.find_first_of(",\"") == std::string::npos) return word;
  std::string quoted;
  for (const char c : word) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return fmt::format("\"{}\"", quoted);
}

std::string word_list(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ",") + listed(word);
  return list;
}

void check_words(const std::vector<std::string>& words) {
  std::set<std::string> seen = {"<pad>", "</s>", "<unk>"};
  for (const std::string& word : words) {
    if (!seen.insert(word).second) {
      fail_input(
          "whole word '{}' is named twice or is a special piece; expected each once, and none of <pad>, </s>, <unk>",
          word);
    }
  }
}

// The library ends the process when nothing is left of the text, and skips sentences that hold its own mark.
bool can_be_trained_on(const std::string& sentence) {
  if (sentence.size() > kLongestSentence || sentence.find("▅") != std::string::npos) return false;
  for (size_t i = 0; i < sentence.size();) {
    const Character next = character_at(sentence, i);
    if (is_word_character(next.value)) return true;
    i += next.size;
  }
  return false;
}

// "... smaller than required_chars. 8 vs 26. ..." gives 26, 0 when the library said something else.
int64_t fewest_pieces(const std::string& reason) {
  static const std::regex kReason(R"(required_chars\. \d+ vs (\d+))");
  std::smatch match;
  return std::regex_search(reason, match, kReason) ? std::stoll(match[1]) : 0;
}

}  // namespace

std::string trained_spiece_model(const std::vector<std::string>& sentences, int64_t num_pieces,
                                 const std::vector<std::string>& whole_words) {
  if (num_pieces < kFewestPieces || num_pieces > kMostPieces) {
    fail_input("a vocabulary of {} pieces is asked for; expected {} to {}", num_pieces, kFewestPieces, kMostPieces);
  }
  check_words(whole_words);
  if (std::none_of(sentences.begin(), sentences.end(), can_be_trained_on)) {
    fail_input("cannot train a vocabulary: no text with letters or digits");
  }
  const std::unordered_map<std::string, std::string> arguments = {{"model_type", "unigram"},
                                                                  {"vocab_size", std::to_string(num_pieces)},
                                                                  {"pad_id", "0"},
                                                                  {"eos_id", "1"},
                                                                  {"unk_id", "2"},
                                                                  {"bos_id", "-1"},
                                                                  {"character_coverage", "1.0"},
                                                                  {"hard_vocab_limit", "false"},
                                                                  {"num_threads", "1"},
                                                                  {"minloglevel", "2"},
                                                                  {"user_defined_symbols", word_list(whole_words)}};
  std::string model;
  ListIterator iterator(sentences);
  const auto status = sentencepiece::SentencePieceTrainer::Train(arguments, &iterator, &model);
  if (status.ok()) return model;
  if (const int64_t fewest = fewest_pieces(status.ToString()); fewest > 0) {
    fail_input(
        "a vocabulary of {} pieces is asked for; expected {} or more: the text's characters, the whole words "
        "and three special pieces",
        num_pieces, fewest);
  }
  fail_input("cannot train a vocabulary of {} pieces: {}", num_pieces, status.ToString());
}

void train_tokenizer(const std::vector<std::string>& sentences, int64_t num_pieces,
                     const std::filesystem::path& model_file, const std::vector<std::string>& whole_words) {
  write_atomically(model_file, trained_spiece_model(sentences, num_pieces, whole_words));
}

}  // namespace flanmoe
