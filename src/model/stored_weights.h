// The weights that a model folder holds, by what the model asks for.
#pragma once

#include <filesystem>

#include "model/weights.h"
#include "tensor/tensor_folder.h"

namespace flanmoe {

// "x.experts.wi.weight", 3 -> "x.experts.expert_3.wi.weight": files hold one tensor per expert.
std::string expert_name(const std::string& stacked, int64_t expert);

class StoredWeights {
 public:
  // Reads the folder and settles what the files know better than config.json (docs/routing.md 16.2): whether the head
  // is the embedding, which layers of a Switch are sparse, whether its feed-forwards are gated. `options` is changed
  // accordingly. The names of wrappers in front of all tensors are taken off. UserError when aliases of one tensor
  // differ, the head is missing, or the folder holds an encoder alone or a T5 inside of another model.
  StoredWeights(const std::filesystem::path& folder, ModelOptions& options);

  // The weight as float32; experts stacked, without a copy where they lie one after the other. UserError when it is
  // missing, of another shape or type, or holds NaN or infinity.
  at::Tensor take(const WeightSpec& spec);

  // UserError naming a tensor that was not asked for.
  void refuse_rest() const;

 private:
  const std::string& file_of(const std::string& name) const;
  void settle_names();
  void expect_decoder() const;
  void settle_embedding();
  void settle_head(ModelOptions& options);
  void settle_switch(ModelOptions& options);
  at::Tensor take_one(const std::string& name, const std::vector<int64_t>& shape, const std::string& sizes);

  std::filesystem::path folder_;
  FolderTensors stored_;
};

}  // namespace flanmoe
