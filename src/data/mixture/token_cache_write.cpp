#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "base/progress.h"
#include "base/signals.h"
#include "base/stopwatch.h"
#include "data/mixture/example_source.h"
#include "data/mixture/token_cache.h"
#include "data/packing.h"

namespace flanmoe {
namespace {

constexpr int64_t kBlock = 4096, kShare = 64;  // examples computed before they are written, and at a time by a thread

// Examples [first, first + count), computed by several threads.
std::vector<TokenPair> computed(const ExampleAt& example, int64_t first, int64_t count, int64_t num_threads) {
  std::vector<TokenPair> pairs(static_cast<size_t>(count));
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&] {
    try {
      for (int64_t begin = next.fetch_add(kShare); begin < count; begin = next.fetch_add(kShare)) {
        for (int64_t i = begin; i < std::min(begin + kShare, count); ++i)
          pairs[static_cast<size_t>(i)] = example(static_cast<uint64_t>(first + i));
      }
    } catch (...) {
      const std::lock_guard<std::mutex> guard(mutex);
      error = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;  // joined here, though one of them may not be to be had
    for (int64_t t = 1; t < num_threads; ++t) threads.emplace_back(work);
    work();
  }
  if (error) std::rethrow_exception(error);
  return pairs;
}

// The two data files, written from their beginnings to their ends.
class CacheFiles {
 public:
  CacheFiles(const fs::path& folder, int64_t id_bytes)
      : ids_(folder / "ids.bin"), ends_(folder / "ends.bin"), id_bytes_(id_bytes) {}

  void write(const std::vector<TokenPair>& pairs) {
    std::string ids, ends;
    for (const TokenPair& pair : pairs) {
      for (const TokenIds* sequence : {&pair.source, &pair.target}) {
        for (const int32_t id : *sequence) append(ids, &id, static_cast<size_t>(id_bytes_));  // the low bytes
        num_ids_ += sequence->size();
        append(ends, &num_ids_, sizeof(num_ids_));
      }
    }
    ids_.write(ids);
    ends_.write(ends);
  }
  void finish() {
    ids_.finish();
    ends_.finish();
  }
  uint64_t num_ids() const { return num_ids_; }

 private:
  static void append(std::string& bytes, const void* value, size_t size) {
    bytes.append(static_cast<const char*>(value), size);
  }
  FileWriter ids_, ends_;
  int64_t id_bytes_;
  uint64_t num_ids_ = 0;
};

}  // namespace

void write_token_cache(const std::filesystem::path& folder, const Json& facts, const ExampleAt& example,
                       int64_t num_examples, int64_t vocab_size, int64_t num_threads) {
  const int64_t id_bytes = vocab_size <= 65536 ? sizeof(uint16_t) : sizeof(int32_t);
  if (folder.has_parent_path()) make_folders(folder.parent_path());
  create_folder_atomically(folder, [&](const fs::path& inside) {
    CacheFiles files(inside, id_bytes);
    Progress progress("token cache", num_examples, "example");
    const Stopwatch watch;
    const auto speed = [&] {
      return fmt::format("{} tokens, {} tokens/s", format_count(static_cast<double>(files.num_ids())),
                         format_count(static_cast<double>(files.num_ids()) / watch.seconds()));
    };
    const StopSignals signals;
    for (int64_t first = 0; first < num_examples; first += kBlock) {
      const int64_t count = std::min(kBlock, num_examples - first);
      files.write(computed(example, first, count, num_threads));
      progress.update(first + count, speed());
      leave_if_asked(folder.string() + ": stopped, nothing was written");
    }
    files.finish();
    progress.finish(speed());
    Json header = {{"kind", kTokenCacheKind},
                   {"version", kTokenCacheVersion},
                   {"num_examples", num_examples},
                   {"num_ids", files.num_ids()},
                   {"id_bytes", id_bytes},
                   {"ids.bin", checksum_file(inside / "ids.bin")},
                   {"ends.bin", checksum_file(inside / "ends.bin")},
                   {"facts", facts}};
    header["checksum"] = checksum_text(header.dump());
    write_json(inside / "header.json", header);
  });
}

}  // namespace flanmoe
