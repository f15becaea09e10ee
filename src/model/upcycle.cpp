#include "model/upcycle.h"

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <tuple>

#include "base/error.h"
#include "base/random.h"
#include "model/parameter.h"
#include "model/weights.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

// A matrix of a dense feed-forward, or of the experts in its place.
using FeedForwardKey = std::tuple<Stack, int64_t, std::string>;
FeedForwardKey key_of(const WeightPlace& place) { return {place.stack.value(), place.layer.value(), place.role}; }

bool is_feed_forward(const WeightPlace& place) {
  return place.part == WeightPart::kFeedForward || place.part == WeightPart::kExpert;
}

// Of the extra feed-forward and the router: a dense model has none.
bool is_new(const WeightPlace& place) {
  return place.part == WeightPart::kExtraFeedForward || place.part == WeightPart::kRouter ||
         (place.part == WeightPart::kNorm && place.role == "extra");
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
  std::map<std::string, at::Tensor> by_name;
  std::map<FeedForwardKey, at::Tensor> feed_forwards;
  for (const Parameter& parameter : dense.parameters()) {
    by_name[parameter.name] = parameter.value.detach();
    if (is_feed_forward(parameter.place)) feed_forwards[key_of(parameter.place)] = parameter.value.detach();
  }
  const WeightSource fresh = fresh_weights(seed);
  return T5Model(options, [&](const WeightSpec& spec) {
    // The extra feed-forward begins as nothing, so that the model does what the dense one did.
    if (spec.place.part == WeightPart::kExtraFeedForward && spec.place.role == "wo") return at::zeros(spec.shape);
    if (is_new(spec.place)) return fresh(spec);
    if (!is_feed_forward(spec.place)) return by_name.at(spec.name).clone();
    const at::Tensor& value = feed_forwards.at(key_of(spec.place));
    if (!spec.place.per_expert()) return value.clone();
    return copies(value, spec.shape[0], noise, stream_key(seed, "upcycle/" + spec.name));
  });
}

}  // namespace flanmoe
