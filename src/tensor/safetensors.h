// safetensors files: reading and writing tensors. What a header may say is in safetensors_header.h, folders of files
// are in tensor_folder.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "tensor/safetensors_header.h"

namespace flanmoe {

struct NamedTensor {
  std::string name;
  at::Tensor value;
};

// Every tensor, exact dtype and shape. They view a private mapping of the file (copied only where the file does not
// align them): writing into one does not reach the file. UserError naming the file and the fault.
std::vector<NamedTensor> load_safetensors(const std::filesystem::path& path);

// Gives back the memory of a tensor that views a mapped file; what is read of it later comes from the file again. Does
// nothing to tensors that own their memory, or that were written to.
void forget_pages(const at::Tensor& value);

// Writes a file tensor by tensor, in the order of the entries. Synced, not renamed: the caller makes the folder or file
// complete or absent (base/files.h). RunError when the disk is full.
class SafetensorsWriter {
 public:
  SafetensorsWriter(const std::filesystem::path& path, std::vector<TensorEntry> entries,
                    const std::map<std::string, std::string>& metadata = {{"format", "pt"}});
  void write(const at::Tensor& value);  // the next entry's, of its shape and type
  void finish();

 private:
  FileWriter file_;
  std::vector<TensorEntry> entries_;
  size_t next_ = 0;
};

// `tensors` in the order given.
void save_safetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace flanmoe
