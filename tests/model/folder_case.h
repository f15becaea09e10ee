// A model folder that a test may damage.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "model/config_json.h"
#include "model/folder.h"
#include "model/parameter.h"
#include "tensor/tensor_folder.h"
#include "testing/check.h"
#include "tiny.h"

namespace flanmoe {

using Tensors = std::map<std::string, at::Tensor>;

inline ModelOptions hugging_face_switch() {
  ModelOptions o = tiny::options("switch");
  o.moe.expert_capacity = 7;
  return o;
}

class ModelFolderTest : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    model_ = folder_ / "model";
  }

  // Saves a model into the folder, in place of what is there.
  T5Model save(const ModelOptions& options, const SaveOptions& how = {}) const {
    const T5Model model = tiny::stirred(options);
    fs::remove_all(model_);
    fs::create_directories(model_);
    save_model(model, model_, how);
    return model;
  }
  T5Model save(const std::string& arm) const { return save(tiny::options(arm)); }

  // Changes the tensors of a saved folder, which are written back in the order of their names.
  void change(const std::function<void(Tensors&)>& work) const {
    Tensors tensors;
    for (const auto& [name, value] : load_tensor_folder(model_).tensors) tensors[name] = value.clone();
    work(tensors);
    std::vector<NamedTensor> named;
    for (const auto& [name, value] : tensors) named.push_back({name, value});
    save_safetensors(model_ / "model.safetensors", named);
  }
  void change_config(const std::function<void(Json&)>& work) const {
    Json config = read_json(model_ / "config.json");
    work(config);
    write_json(model_ / "config.json", config);
  }

  // The message with which the folder is refused, which holds all of `parts`.
  std::string refusal(const std::vector<std::string>& parts) const {
    const std::string message = message_of<UserError>([&] { load_model(model_); });
    for (const std::string& part : parts)
      EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }

  std::string weights() const { return (model_ / "model.safetensors").string(); }

  std::filesystem::path model_;
};

// Same parameters by name, order and bits.
inline void expect_same_weights(const T5Model& a, const T5Model& b) {
  ASSERT_EQ(a.parameters().size(), b.parameters().size());
  for (size_t i = 0; i < a.parameters().size(); ++i) {
    const Parameter &left = a.parameters()[i], &right = b.parameters()[i];
    EXPECT_EQ(left.name, right.name);
    EXPECT_EQ(left.place.part, right.place.part);
    EXPECT_EQ(right.value.scalar_type(), at::kFloat) << left.name;
    EXPECT_TRUE(left.value.equal(right.value)) << left.name;
  }
}

inline std::string text_of(const ModelOptions& options) { return options_to_json(options).dump(1); }

}  // namespace flanmoe
