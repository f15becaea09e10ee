#include "model/upcycle.h"

#include <ATen/ATen.h>

#include <map>

#include "base/error.h"
#include "base/random.h"
#include "model/parameter.h"
#include "model/weights.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

bool holds(const std::string& name, std::string_view text) { return name.find(text) != std::string::npos; }

// "...mlp.experts.wi.weight" and "...mlp.wi.weight" -> "...DenseReluDense.wi.weight", where the dense model has it.
std::string dense_name(std::string name) {
  for (const std::string_view sparse : {"mlp.experts.", "mlp."}) {
    if (const size_t at = name.find(sparse); at != std::string::npos) {
      return name.replace(at, sparse.size(), "DenseReluDense.");
    }
  }
  return name;
}

at::Tensor copies(const at::Tensor& dense, int64_t num_experts, double noise, uint64_t key) {
  at::Tensor experts = dense.unsqueeze(0).repeat({num_experts, 1, 1});
  if (noise > 0.0) experts += random_normal(experts.sizes(), noise * dense.std().item<double>(), key);
  return experts;
}

}  // namespace

T5Model upcycle(const T5Model& dense, const MoeOptions& moe, double noise, uint64_t seed) {
  if (dense.options().moe.num_experts > 0) fail_input("the model has experts already; expected a dense one");
  ModelOptions options = dense.options();
  options.moe = moe;
  options.check();
  std::map<std::string, at::Tensor> weights;
  for (const Parameter& parameter : dense.parameters()) weights[parameter.name] = parameter.value.detach();
  const WeightSource fresh = fresh_weights(seed);
  return T5Model(options, [&](const WeightSpec& spec) {
    const bool extra = holds(spec.name, ".extra_mlp.");
    if (extra && holds(spec.name, ".wo.")) return at::zeros(spec.shape);
    if (extra || holds(spec.name, ".router.") || holds(spec.name, "extra_layer_norm")) return fresh(spec);
    const at::Tensor& value = weights.at(dense_name(spec.name));
    if (!spec.per_expert) return value.clone();
    return copies(value, spec.shape[0], noise, stream_key(seed, "upcycle/" + spec.name));
  });
}

}  // namespace flanmoe
