#include "model/executed_flops.h"

#include <map>
#include <utility>

#include "base/error.h"
#include "model/counts.h"
#include "model/weights.h"

namespace flanmoe {
namespace {

using Layer = std::pair<Stack, int64_t>;

std::string described(const Layer& layer) {
  return fmt::format("layer {} of the {}", layer.second, name_of(layer.first));
}

// Weights of one expert, by sparse layer.
std::map<Layer, double> expert_sizes(const ModelOptions& options) {
  std::map<Layer, double> sizes;
  for (const WeightSpec& spec : weight_specs(options)) {
    if (!spec.place.per_expert()) continue;
    sizes[{*spec.place.stack, *spec.place.layer}] += static_cast<double>(spec.shape[1] * spec.shape[2]);
  }
  return sizes;
}

}  // namespace

double executed_flops_per_token(const ModelOptions& options, const std::vector<KeptChoices>& kept) {
  std::map<Layer, double> left = expert_sizes(options);
  double change = 0.0;  // of the sum over both kinds of token
  for (const KeptChoices& layer : kept) {
    const auto found = left.find({layer.stack, layer.layer});
    if (found == left.end())
      fail_input("kept choices of {}: it is not sparse, or was given before", described({layer.stack, layer.layer}));
    change += 2.0 * found->second * (layer.per_token - experts_per_token(options, layer.stack == Stack::kDecoder));
    left.erase(found);
  }
  if (!left.empty()) fail_input("kept choices of {} are missing", described(left.begin()->first));
  return count_model(options).flops_per_token + (options.decoder_only ? change : change / 2.0);
}

}  // namespace flanmoe
