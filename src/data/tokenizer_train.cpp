#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <unordered_map>

#include "base/error.h"
#include "base/files.h"
#include "data/tokenizer.h"

namespace flanmoe {
namespace {

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

}  // namespace

void train_tokenizer(const std::vector<std::string>& sentences, int64_t num_pieces,
                     const std::filesystem::path& model_file, const std::vector<std::string>& whole_words) {
  const std::unordered_map<std::string, std::string> arguments = {
      {"model_type", "unigram"},
      {"vocab_size", std::to_string(num_pieces)},
      {"pad_id", "0"},
      {"eos_id", "1"},
      {"unk_id", "2"},
      {"bos_id", "-1"},
      {"character_coverage", "1.0"},
      {"hard_vocab_limit", "false"},
      {"num_threads", "1"},
      {"minloglevel", "2"},
      {"user_defined_symbols", fmt::format("{}", fmt::join(whole_words, ","))}};
  std::string model;
  ListIterator iterator(sentences);
  const auto status = sentencepiece::SentencePieceTrainer::Train(arguments, &iterator, &model);
  if (!status.ok()) fail_input("cannot train a vocabulary of {} pieces: {}", num_pieces, status.ToString());
  write_atomically(model_file, model);
}

}  // namespace flanmoe
