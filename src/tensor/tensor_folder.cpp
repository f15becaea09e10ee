#include "tensor/tensor_folder.h"

#include <ATen/ATen.h>

#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"

namespace flanmoe {
namespace {

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

// Whether the folder has such an entry, be it a link to nowhere: reading it says what is wrong with it.
bool holds(const fs::path& folder, const char* name) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(folder / name, ignored));
}

[[noreturn]] void fail_without_weights(const fs::path& folder) {
  if (holds(folder, "adapter_model.safetensors") || holds(folder, "adapter_config.json")) {
    fail_input(
        "{}: an adapter alone, without the model that it changes; expected {}. With peft: merge_and_unload() of the "
        "adapted model, and save_pretrained of what it gives",
        folder.string(), kSingle);
  }
  for (const char* other : {"tf_model.h5", "flax_model.msgpack"}) {
    if (!holds(folder, other)) continue;
    fail_input(
        "{}: weights of another library; expected {}. With transformers: from_pretrained(..., {}=True), then "
        "save_pretrained('OUT')",
        (folder / other).string(), kSingle, other[0] == 't' ? "from_tf" : "from_flax");
  }
  for (const char* pickled : {"pytorch_model.bin", "pytorch_model.bin.index.json"}) {
    if (holds(folder, pickled)) {
      fail_input(
          "{}: pickled weights are refused, because reading them runs whatever program they hold; expected {}. With "
          "transformers: AutoModelForSeq2SeqLM.from_pretrained('{}').save_pretrained('OUT', safe_serialization=True)",
          (folder / pickled).string(), kSingle, folder.string());
    }
  }
  fail_input("{}: no weights here; expected {} or {}", folder.string(), kSingle, kIndex);
}

// Where the files of a folder of Hugging Face's cache lie: `snapshots/REV/FILE` is a link to `blobs/HASH` beside
// `snapshots`. Empty for any other folder; both paths without links.
fs::path blobs_of(const fs::path& folder) {
  for (fs::path above = folder; above.has_relative_path(); above = above.parent_path()) {
    if (above.parent_path().filename() == "snapshots") return above.parent_path().parent_path() / "blobs";
  }
  return {};
}

// The path of a shard, which must lie in the folder (a name alone, and no link that leads out), or in the blobs of the
// cache that the folder is of.
fs::path shard_path(const fs::path& folder, const std::string& name, const std::string& index) {
  const bool plain = !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
                     name.find('\0') == std::string::npos;
  if (!plain)
    fail_input("{}: it names the file '{}', expected the name of a file in its folder", index, printable(name));
  const fs::path path = folder / name;
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error)
    fail_input("{}: it names the file '{}', which cannot be read: {}", index, printable(name), error.message());
  const fs::path real_folder = fs::canonical(folder);
  if (real.parent_path() != real_folder && real.parent_path() != blobs_of(real_folder)) {
    fail_input("{}: it names the file '{}', a link that leads out of the folder to {}; expected a file in the folder",
               index, printable(name), printable(real.string()));
  }
  return path;
}

FolderTensors load_shards(const fs::path& folder) {
  const std::string index_file = (folder / kIndex).string();
  const Json index = read_json(index_file);
  const Json& weight_map = json_at(index, "weight_map", index_file);
  if (!weight_map.is_object())
    fail_input("{}: 'weight_map' is {}, expected an object of file names", index_file, json_excerpt(weight_map));
  std::map<std::string, std::string> shard_of;
  std::set<std::string> shards;
  for (const auto& [name, file] : weight_map.items()) {
    if (!file.is_string())
      fail_input("{}: the file of tensor '{}' is {}, expected a name", index_file, printable(name), json_excerpt(file));
    shard_of[name] = file.get<std::string>();
    shards.insert(shard_of[name]);
  }
  FolderTensors result;
  for (const std::string& shard : shards) {
    const fs::path path = shard_path(folder, shard, index_file);
    for (NamedTensor& tensor : load_safetensors(path)) {
      const auto listed = shard_of.find(tensor.name);
      if (listed == shard_of.end() || listed->second != shard) {
        fail_input("{}: it holds tensor '{}', which {} {}", path.string(), printable(tensor.name), index_file,
                   listed == shard_of.end() ? "does not list" : "lists in " + printable(listed->second));
      }
      result.file_of[tensor.name] = path.string();
      result.tensors[tensor.name] = std::move(tensor.value);
    }
  }
  for (const auto& [name, shard] : shard_of) {
    if (!result.tensors.contains(name))
      fail_input("{}: tensor '{}' is not in {}", index_file, printable(name), printable(shard));
  }
  return result;
}

}  // namespace

FolderTensors load_tensor_folder(const std::filesystem::path& folder) {
  const fs::path single = folder / kSingle;
  if (!holds(folder, kSingle) && holds(folder, kIndex)) return load_shards(folder);
  if (!holds(folder, kSingle)) fail_without_weights(folder);
  if (holds(folder, kIndex)) log_warn("{}: {} is read, {} is not", folder.string(), kSingle, kIndex);
  FolderTensors result;
  for (NamedTensor& tensor : load_safetensors(single)) {
    result.file_of[tensor.name] = single.string();
    result.tensors[tensor.name] = std::move(tensor.value);
  }
  return result;
}

TensorFolderWriter::TensorFolderWriter(std::filesystem::path folder, std::vector<TensorEntry> entries,
                                       uint64_t max_shard_bytes)
    : folder_(std::move(folder)), shards_(1) {
  uint64_t bytes = 0;
  for (TensorEntry& entry : entries) {
    const uint64_t size = entry.num_bytes();
    if (max_shard_bytes > 0 && !shards_.back().empty() && bytes + size > max_shard_bytes) {
      shards_.emplace_back();
      bytes = 0;
    }
    bytes += size;
    shards_.back().push_back(std::move(entry));
  }
}

std::string TensorFolderWriter::shard_name(size_t shard) const {
  return shards_.size() == 1 ? kSingle : fmt::format("model-{:05}-of-{:05}.safetensors", shard + 1, shards_.size());
}

void TensorFolderWriter::write(const at::Tensor& value) {
  if (writer_ == nullptr) writer_ = std::make_unique<SafetensorsWriter>(folder_ / shard_name(shard_), shards_[shard_]);
  writer_->write(value);
  if (++written_ < shards_[shard_].size()) return;
  writer_->finish();
  writer_.reset();
  ++shard_;
  written_ = 0;
}

void TensorFolderWriter::finish() {
  FLANMOE_ASSERT(shard_ == shards_.size());
  if (shards_.size() == 1) return;
  Json weight_map = Json::object();
  uint64_t bytes = 0;
  for (size_t shard = 0; shard < shards_.size(); ++shard) {
    for (const TensorEntry& entry : shards_[shard]) {
      weight_map[entry.name] = shard_name(shard);
      bytes += entry.num_bytes();
    }
  }
  write_json(folder_ / kIndex, {{"metadata", {{"total_size", bytes}}}, {"weight_map", weight_map}});
}

}  // namespace flanmoe
