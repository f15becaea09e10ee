// The tensors of a model folder: model.safetensors, or shards that model.safetensors.index.json names.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tensor/safetensors.h"

namespace flanmoe {

struct FolderTensors {
  std::map<std::string, at::Tensor> tensors;   // views on the files (safetensors.h)
  std::map<std::string, std::string> file_of;  // tensor -> path of its file, for messages
};

// UserError: no weights (or pickled ones, an adapter, those of other libraries only), an index that does not agree with
// its files, or that names a file outside the folder by path or by link (but the blobs of Hugging Face's cache are part
// of a folder there: snapshots/REV/FILE -> ../../blobs/HASH); and every fault of load_safetensors.
FolderTensors load_tensor_folder(const std::filesystem::path& folder);

// Writes tensors in the order of `entries` into model.safetensors or, when they are larger together than
// `max_shard_bytes` (0 = never), into model-00001-of-0000N.safetensors and so on with an index. Only one tensor need be
// in memory at a time. The folder exists; the caller makes it complete or absent.
class TensorFolderWriter {
 public:
  TensorFolderWriter(std::filesystem::path folder, std::vector<TensorEntry> entries, uint64_t max_shard_bytes);
  void write(const at::Tensor& value);  // the next entry's
  void finish();

 private:
  std::string shard_name(size_t shard) const;
  std::filesystem::path folder_;
  std::vector<std::vector<TensorEntry>> shards_;
  std::unique_ptr<SafetensorsWriter> writer_;
  size_t shard_ = 0, written_ = 0;  // tensors of the open shard already written
};

}  // namespace flanmoe
