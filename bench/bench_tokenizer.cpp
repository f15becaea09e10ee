// Encoding by words met before beside the library's own cut of every text, on lines of text files, in turns.
// Usage: bench_tokenizer SPIECE_MODEL ROUNDS FILE...   (.txt, .jsonl with "text", .gz too)
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/error.h"
#include "data/tokenizer/sentences.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {
namespace {

template <class Encode>
int64_t num_tokens(const std::vector<std::string>& texts, size_t from, size_t step, Encode encode) {
  int64_t count = 0;
  for (size_t i = from; i < texts.size(); i += step) count += static_cast<int64_t>(encode(texts[i]).size());
  return count;
}

// Tokens per second of `num_threads` threads that share the texts.
template <class Encode>
double speed(const std::vector<std::string>& texts, size_t num_threads, Encode encode) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<int64_t> counts(num_threads);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < num_threads; ++t)
    threads.emplace_back([&, t] { counts[t] = num_tokens(texts, t, num_threads, encode); });
  int64_t all = 0;
  for (size_t t = 0; t < num_threads; ++t) {
    threads[t].join();
    all += counts[t];
  }
  return static_cast<double>(all) / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int run(int argc, char** argv) {
  if (argc < 4) fail_input("usage: bench_tokenizer SPIECE_MODEL ROUNDS FILE...");
  const std::vector<std::string> texts = read_sentences({argv + 3, argv + argc});
  for (const size_t num_threads : {1, 2}) {
    const Tokenizer fresh(argv[1]);  // the first round begins with no word known
    for (int round = 1; round <= std::stoi(argv[2]); ++round) {
      const double plain =
          speed(texts, num_threads, [&](const std::string& text) { return fresh.encode_with_offsets(text); });
      const double fast = speed(texts, num_threads, [&](const std::string& text) { return fresh.encode(text); });
      std::printf("%zu threads, round %d: library %.3g, by words %.3g million tokens/s, %.1f x\n", num_threads, round,
                  plain / 1e6, fast / 1e6, fast / plain);
    }
  }
  return kExitDone;
}

}  // namespace
}  // namespace flanmoe

int main(int argc, char** argv) {
  try {
    return flanmoe::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return flanmoe::kExitBadInput;
  }
}
