#include "data/mixture/mixture_source.h"

#include "base/error.h"
#include "data/batch_source.h"
#include "data/mixture/example_source.h"
#include "data/mixture/mixture_options.h"

namespace flanmoe {

NumberedExamples mixture_examples(const MixtureOptions& options, const std::filesystem::path& data_folder,
                                  const Tokenizer& tokenizer, uint64_t seed, const MixtureRows& rows) {
  const auto stream = std::make_shared<const MixtureStream>(options, data_folder, seed, rows);
  NumberedExamples examples;
  for (const MixtureTask& task : stream->tasks()) examples.one_pass += static_cast<int64_t>(task.rows.size());
  examples.description = fmt::format("{} tasks, {} rows", stream->tasks().size(), examples.one_pass);
  examples.example = [stream, tokenizer](uint64_t index) {
    return fit_example(stream->draw(index), stream->options(), tokenizer).tokens;
  };
  return examples;
}

std::unique_ptr<BatchSource> make_mixture_source(const MixtureOptions& options,
                                                 const std::filesystem::path& data_folder, const Tokenizer& tokenizer,
                                                 uint64_t seed, const MixtureRows& rows) {
  NumberedExamples examples = mixture_examples(options, data_folder, tokenizer, seed, rows);
  return make_example_source(std::move(examples.example), options, seed, examples.description);
}

}  // namespace flanmoe
