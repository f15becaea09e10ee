#include "run/upcycled_folder.h"

#include "data/tokenizer/tokenizer_folder.h"
#include "model/folder.h"
#include "model/manifest.h"

namespace flanmoe {

T5Model write_upcycled(const T5Model& dense, const std::filesystem::path& source, const MoeOptions& moe, double noise,
                       uint64_t seed, const std::filesystem::path& folder) {
  T5Model sparse = upcycle(dense, moe, noise, seed);
  save_model(sparse, folder);
  if (has_tokenizer(source)) write_tokenizer_files(files_of(open_model_tokenizer(source)), folder);
  write_manifest(folder);
  return sparse;
}

}  // namespace flanmoe
