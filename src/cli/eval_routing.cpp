#include "cli/eval_routing.h"

#include <algorithm>

#include "cli/model_choice.h"
#include "model/evaluation_settings.h"

namespace flanmoe {
namespace {

constexpr std::string_view kMoe = "moe.", kModelMoe = "model.moe.";

// "moe.min_capacity=1" as "min_capacity".
std::vector<std::string> keys_of(const std::vector<std::string>& routing) {
  std::vector<std::string> keys;
  for (const std::string& setting : from_moe(routing))
    keys.push_back(setting.substr(kMoe.size(), setting.find('=') - kMoe.size()));
  return keys;
}

}  // namespace

std::vector<std::string> take_routing(std::vector<std::string>& settings) {
  const auto is_routing = [](const std::string& text) { return text.starts_with(kMoe) || text.starts_with(kModelMoe); };
  std::vector<std::string> routing;
  std::copy_if(settings.begin(), settings.end(), std::back_inserter(routing), is_routing);
  std::erase_if(settings, is_routing);
  return routing;
}

MoeOptions evaluation_routing(const ModelOptions& model, const std::vector<std::string>& routing) {
  if (routing.empty()) return model.moe;
  check_evaluation_keys(keys_of(routing));
  const MoeOptions asked = with_settings(model.moe, routing);
  check_evaluation_routing(model, asked);
  return asked;
}

}  // namespace flanmoe
