// Batches of a mixture.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "data/batch_source.h"
#include "data/mixture/example_source.h"
#include "data/mixture/mixture.h"
#include "data/mixture/mixture_options.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

struct NumberedExamples {
  ExampleAt example;
  int64_t one_pass = 0;     // sum of the sizes of its tasks, capped
  std::string description;  // one line for logs
};
// What the mixture draws, computed when asked for.
NumberedExamples mixture_examples(const MixtureOptions& options, const std::filesystem::path& data_folder,
                                  const Tokenizer& tokenizer, uint64_t seed, const MixtureRows& rows = {});

std::unique_ptr<BatchSource> make_mixture_source(const MixtureOptions& options,
                                                 const std::filesystem::path& data_folder, const Tokenizer& tokenizer,
                                                 uint64_t seed, const MixtureRows& rows = {});

}  // namespace flanmoe
