#include "model/average.h"

#include <ATen/ATen.h>

#include <deque>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "model/config_json.h"
#include "model/folder.h"
#include "model/manifest.h"
#include "model/other_files.h"
#include "model/stored_weights.h"

namespace flanmoe {
namespace {

struct StoredModel {
  explicit StoredModel(const std::filesystem::path& place)
      : folder(place), options(load_model_options(place)), weights(place, options) {}
  std::filesystem::path folder;
  ModelOptions options;
  StoredWeights weights;
};

void expect_same_config(const StoredModel& first, const StoredModel& other) {
  const Json a = config_of(first.options).flatten(), b = config_of(other.options).flatten();
  const auto value = [](const Json& flat, const std::string& key) {
    return flat.contains(key) ? json_excerpt(flat.at(key)) : "absent";
  };
  for (const Json* one : {&a, &b}) {
    for (const auto& [key, ignored] : one->items()) {
      if (a.contains(key) && b.contains(key) && a.at(key) == b.at(key)) continue;
      fail_input("{}: '{}' is {}, but {} in {}; expected models of one configuration", other.folder.string(),
                 key.substr(1), value(b, key), value(a, key), first.folder.string());
    }
  }
}

void expect_same_vocabulary(const std::filesystem::path& first, const std::filesystem::path& other) {
  const auto content = [](const std::filesystem::path& file) { return fs::exists(file) ? read_text(file) : ""; };
  for (const char* name : {"spiece.model", "tokenizer.json"}) {
    if (content(first / name) != content(other / name))
      fail_input("{}: its {} is not that of {}; expected models of one vocabulary", other.string(), name,
                 first.string());
  }
}

}  // namespace

void average_models(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& out) {
  std::deque<StoredModel> models;
  for (const std::filesystem::path& folder : folders) {
    if (!fs::is_directory(folder)) fail_input("{}: no such model folder", folder.string());
    check_manifest(folder);
    models.emplace_back(folder);
    expect_same_config(models.front(), models.back());
    expect_same_vocabulary(folders.front(), folder);
  }
  const auto mean = [&models](const WeightSpec& spec) {
    at::Tensor sum = at::zeros(spec.shape, at::kDouble);
    for (StoredModel& model : models) sum.add_(model.weights.take(spec));
    return sum.div_(static_cast<double>(models.size())).to(at::kFloat);
  };
  create_folder_atomically(out, [&](const std::filesystem::path& folder) {
    write_model(models.front().options, mean, folder);
    for (const StoredModel& model : models) model.weights.refuse_rest();
    copy_other_files(folders.front(), folder);
    write_manifest(folder);
  });
}

}  // namespace flanmoe
