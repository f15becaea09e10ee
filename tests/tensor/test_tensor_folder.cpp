// The tensors of a folder: one file or shards with an index, which names files of its folder and nothing else.
#include "tensor/tensor_folder.h"

#include <ATen/ATen.h>

#include <map>

#include "base/error.h"
#include "base/json.h"
#include "tensor/random.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

using Parts = std::vector<std::string>;

class TensorFolder : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    model_ = folder_ / "model";
    index_ = model_ / "model.safetensors.index.json";
    fs::create_directories(model_);
  }
  // Two shards and their index: a and b in s1, c in s2.
  void put_shards() const {
    save_safetensors(model_ / "s1.safetensors", {{"a", at::ones({2})}, {"b", at::zeros({3})}});
    save_safetensors(model_ / "s2.safetensors", {{"c", at::full({1}, 5.0)}});
    put_index({{"a", "s1.safetensors"}, {"b", "s1.safetensors"}, {"c", "s2.safetensors"}});
  }
  void put_index(const std::map<std::string, std::string>& files) const {
    write_json(index_, {{"metadata", {{"total_size", 24}}}, {"weight_map", files}});
  }
  void put_index_text(const std::string& text) const { put("model/" + index_.filename().string(), text); }
  std::string refusal(const Parts& parts) const {
    const std::string message = message_of<UserError>([&] { load_tensor_folder(model_); });
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }

  std::filesystem::path model_, index_;
};

TEST_F(TensorFolder, ReadsShards) {
  put_shards();
  const FolderTensors read = load_tensor_folder(model_);
  ASSERT_EQ(read.tensors.size(), 3u);
  EXPECT_TRUE(read.tensors.at("a").equal(at::ones({2})));
  EXPECT_TRUE(read.tensors.at("c").equal(at::full({1}, 5.0)));
  EXPECT_EQ(read.file_of.at("b"), (model_ / "s1.safetensors").string());
  EXPECT_EQ(read.file_of.at("c"), (model_ / "s2.safetensors").string());
}

TEST_F(TensorFolder, NoWeightsAtAll) {
  refusal({model_.string(), "no weights here; expected model.safetensors or model.safetensors.index.json"});
}

TEST_F(TensorFolder, PickledWeightsAreRefusedWithTheWayOut) {
  for (const char* name : {"pytorch_model.bin", "pytorch_model.bin.index.json"}) {
    put(std::string("model/") + name, "pickled");
    refusal({(model_ / name).string(), "runs whatever program they hold", "expected model.safetensors",
             "from_pretrained('" + model_.string() + "').save_pretrained('OUT', safe_serialization=True)"});
    fs::remove(model_ / name);
  }
}

TEST_F(TensorFolder, PickledWeightsBesideGoodOnesAreNotLookedAt) {
  put("model/pytorch_model.bin", "pickled");
  put_shards();
  EXPECT_EQ(load_tensor_folder(model_).tensors.size(), 3u);
}

TEST_F(TensorFolder, TheSingleFileIsReadWhereThereIsAnIndexToo) {
  put_shards();
  save_safetensors(model_ / "model.safetensors", {{"z", at::ones({1})}});
  ::testing::internal::CaptureStderr();
  const FolderTensors read = load_tensor_folder(model_);
  const std::string warning = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(read.tensors.size(), 1u);
  for (const char* part : {"warn", "model.safetensors is read, model.safetensors.index.json is not"}) {
    EXPECT_NE(warning.find(part), std::string::npos) << warning;
  }
  EXPECT_NE(warning.find(model_.string()), std::string::npos) << warning;
}

TEST_F(TensorFolder, AnIndexNamesFilesOfItsFolderOnly) {
  put_shards();
  save_safetensors(folder_ / "x.safetensors", {{"c", at::ones({1})}});  // outside, and it would fit
  fs::create_directories(model_ / "sub");
  fs::copy(model_ / "s2.safetensors", model_ / "sub/s2.safetensors");
  const Parts names = {"",
                       ".",
                       "..",
                       "../x.safetensors",
                       (folder_ / "x.safetensors").string(),
                       "sub/s2.safetensors",
                       "sub/.",
                       "./s2.safetensors",
                       "s2.safetensors/",
                       "/",
                       std::string("s2.safetensors\0", 15)};
  for (const std::string& name : names) {
    put_index({{"a", "s1.safetensors"}, {"b", "s1.safetensors"}, {"c", name}});
    refusal({index_.string(), "names the file '" + printable(name) + "'", "expected the name of a file in its folder"});
  }
}

TEST_F(TensorFolder, AnIndexNamesFilesThatAreThere) {
  put_shards();
  const auto refused = [&](const std::string& name, const std::string& reason) {
    put_index({{"a", "s1.safetensors"}, {"b", "s1.safetensors"}, {"c", name}});
    refusal({index_.string(), "names the file '" + name + "', which cannot be read", reason});
  };
  refused("s3.safetensors", "No such file");
  refused(std::string(300, 'x'), "name too long");
  put_index({{"c", "sub"}});
  fs::create_directories(model_ / "sub");
  refusal({(model_ / "sub").string(), "not a plain file"});
  put_index({{"c", index_.filename().string()}});
  refusal({index_.string(), "not safetensors"});
}

TEST_F(TensorFolder, LinksMayNotLeadOut) {
  put_shards();
  save_safetensors(folder_ / "x.safetensors", {{"c", at::ones({1})}});
  const auto link = [&](const fs::path& target) {
    fs::remove(model_ / "s2.safetensors");
    fs::create_symlink(target, model_ / "s2.safetensors");
  };
  for (const fs::path& target : {fs::path("../x.safetensors"), folder_ / "x.safetensors", fs::path("/etc/passwd")}) {
    link(target);
    refusal({index_.string(), "'s2.safetensors', a link that leads out of the folder to /",
             "expected a file in the folder"});
  }
  link("nowhere");
  refusal({index_.string(), "'s2.safetensors', which cannot be read: No such file"});
  link("s2.safetensors");
  refusal({index_.string(), "'s2.safetensors', which cannot be read: Too many levels of symbolic links"});
  save_safetensors(model_ / "other.safetensors", {{"c", at::full({1}, 7.0)}});
  for (const fs::path& target : {fs::path("other.safetensors"), model_ / "other.safetensors"}) {
    link(target);
    EXPECT_EQ(load_tensor_folder(model_).tensors.at("c").item<float>(), 7.0f);
  }
  fs::create_directory_symlink(model_, folder_ / "linked");  // the folder itself may be a link
  EXPECT_EQ(load_tensor_folder(folder_ / "linked").tensors.size(), 3u);
}

// The layout of Hugging Face's cache; a blob of another model, and a link that leads elsewhere, stay out.
TEST_F(TensorFolder, TheBlobsOfACacheAreItsOwn) {
  put_shards();
  const fs::path hub = folder_ / "hub", own = hub / "models--a--b", other = hub / "models--c--d";
  fs::create_directories(own / "snapshots");
  for (const fs::path& model : {own, other}) fs::create_directories(model / "blobs");
  fs::rename(model_, own / "snapshots/rev");
  const fs::path snapshot = own / "snapshots/rev";
  fs::rename(snapshot / "s2.safetensors", own / "blobs/123");
  fs::copy_file(own / "blobs/123", other / "blobs/123");
  fs::copy_file(own / "blobs/123", own / "123");
  const auto link = [&](const fs::path& target) {
    fs::remove(snapshot / "s2.safetensors");
    fs::create_symlink(target, snapshot / "s2.safetensors");
  };
  link("../../blobs/123");
  EXPECT_EQ(load_tensor_folder(snapshot).tensors.size(), 3u);
  fs::create_directory_symlink(own, folder_ / "linked");
  EXPECT_EQ(load_tensor_folder(folder_ / "linked/snapshots/rev").tensors.size(), 3u);
  for (const char* target : {"../../123", "../../../models--c--d/blobs/123", "/etc/passwd"}) {
    link(target);
    const std::string message = message_of<UserError>([&] { load_tensor_folder(snapshot); });
    EXPECT_NE(message.find("a link that leads out of the folder"), std::string::npos) << message;
  }
}

TEST_F(TensorFolder, WhatOtherLibrariesLeaveIsNamed) {
  const auto expect_refused = [&](const std::string& file, const std::vector<std::string>& parts) {
    const fs::path folder = folder_ / "foreign";
    fs::remove_all(folder);
    fs::create_directories(folder);
    put("foreign/" + file, "x");
    const std::string message = message_of<UserError>([&] { load_tensor_folder(folder); });
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expect_refused("adapter_model.safetensors", {"an adapter alone", "merge_and_unload()"});
  expect_refused("tf_model.h5", {"tf_model.h5: weights of another library", "from_tf=True"});
  expect_refused("flax_model.msgpack", {"flax_model.msgpack", "from_flax=True"});
}

TEST_F(TensorFolder, IndexAndShardsAgree) {
  put_shards();
  const std::string first = (model_ / "s1.safetensors").string(), index = index_.string();
  put_index({{"a", "s1.safetensors"}, {"c", "s2.safetensors"}});
  refusal({first + ": it holds tensor 'b', which " + index + " does not list"});
  put_index({{"a", "s1.safetensors"}, {"b", "s2.safetensors"}, {"c", "s2.safetensors"}});
  refusal({first + ": it holds tensor 'b', which " + index + " lists in s2.safetensors"});
  put_index({{"a", "s1.safetensors"}, {"b", "s1.safetensors"}, {"c", "s2.safetensors"}, {"d", "s2.safetensors"}});
  refusal({index + ": tensor 'd' is not in s2.safetensors"});
  fs::copy_file(model_ / "s2.safetensors", model_ / "s3.safetensors");  // the same tensor twice
  put_index({{"a", "s1.safetensors"}, {"b", "s1.safetensors"}, {"c", "s2.safetensors"}, {"d", "s3.safetensors"}});
  refusal({"s3.safetensors: it holds tensor 'c', which " + index + " lists in s2.safetensors"});
}

TEST_F(TensorFolder, AnIndexIsAnObjectOfNames) {
  put_shards();
  const auto refused = [&](const std::string& text, const std::string& part) {
    put_index_text(text);
    refusal({index_.string(), part});
  };
  refused("", "malformed JSON: unexpected end of input");
  refused("{\"weight_map\": {", "malformed JSON");
  refused("[]", "found a list, expected an object with key 'weight_map'");
  refused("{}", "'weight_map' is missing");
  refused(R"({"weight_map": 3})", "'weight_map' is 3, expected an object of file names");
  refused(R"({"weight_map": ["a"]})", "'weight_map' is [\"a\"], expected an object of file names");
  refused(R"({"weight_map": {"a": 3}})", "the file of tensor 'a' is 3, expected a name");
  refused(R"({"weight_map": {"a": null}})", "the file of tensor 'a' is null, expected a name");
  refused(R"({"weight_map": {"a": "s1.safetensors", "a": "s2.safetensors"}})", "key \"a\" appears twice");
  refused(std::string(100'000, '['), "nested more than 500 deep");
  fs::remove(index_);
  fs::create_directories(index_);
  refusal({"cannot read " + index_.string(), "directory"});
}

TEST_F(TensorFolder, ADamagedShardIsNamed) {
  put_shards();
  const std::string bytes = content_of(model_ / "s2.safetensors");
  for (size_t length = 0; length < bytes.size(); ++length) {
    put("model/s2.safetensors", bytes.substr(0, length));
    refusal({(model_ / "s2.safetensors").string()});
  }
}

TEST_F(TensorFolder, ASingleFileThatCannotBeReadIsNamed) {
  const auto single = model_ / "model.safetensors";
  fs::create_symlink("nowhere", single);
  refusal({"cannot read " + single.string() + ": No such file"});
  fs::remove(single);
  fs::create_symlink("model.safetensors", single);
  refusal({"cannot read " + single.string() + ": Too many levels of symbolic links"});
  fs::remove(single);
  fs::create_directories(single);
  refusal({"cannot read " + single.string() + ": not a plain file"});
}

class TensorFolderWriting : public TensorFolder {
 protected:
  std::vector<NamedTensor> tensors() const {
    std::vector<NamedTensor> all;
    for (int64_t i = 0; i < 7; ++i) {
      all.push_back({"t" + std::to_string(i), random_normal({i + 1, 3}, 1.0, static_cast<uint64_t>(i))});
    }
    return all;
  }
  void write(uint64_t max_shard_bytes) const {
    std::vector<TensorEntry> entries;
    for (const NamedTensor& tensor : tensors()) {
      entries.push_back(TensorEntry::of(tensor.name, at::kFloat, tensor.value.sizes().vec()));
    }
    TensorFolderWriter writer(model_, entries, max_shard_bytes);
    for (const NamedTensor& tensor : tensors()) writer.write(tensor.value);
    writer.finish();
  }
};

TEST_F(TensorFolderWriting, ComesBackBitEqualHoweverItIsSharded) {
  // 12 * (1 + ... + 7) = 336 bytes together, 84 the largest.
  for (const uint64_t most : {0, 1, 12, 84, 100, 335, 336, 1000}) {
    fs::remove_all(model_);
    fs::create_directories(model_);
    write(most);
    const bool is_single = most == 0 || most >= 336;
    EXPECT_EQ(fs::exists(model_ / "model.safetensors"), is_single) << most;
    EXPECT_EQ(fs::exists(index_), !is_single) << most;
    const FolderTensors read = load_tensor_folder(model_);
    ASSERT_EQ(read.tensors.size(), 7u);
    std::map<std::string, uint64_t> bytes;  // of each file
    for (const NamedTensor& tensor : tensors()) {
      EXPECT_TRUE(read.tensors.at(tensor.name).equal(tensor.value)) << tensor.name;
      bytes[read.file_of.at(tensor.name)] += tensor.value.nbytes();
    }
    for (const auto& [file, size] : bytes) EXPECT_TRUE(is_single || size <= std::max<uint64_t>(most, 84)) << file;
    if (!is_single) {
      EXPECT_EQ(read_json(index_).at("metadata").at("total_size"), 336);
    }
  }
}

TEST_F(TensorFolderWriting, ShardsAreNamedAsTransformersNamesThem) {
  write(100);
  const Json weight_map = read_json(index_).at("weight_map");
  EXPECT_EQ(weight_map.at("t0"), "model-00001-of-00005.safetensors");  // 12 + 24 + 36 bytes
  EXPECT_EQ(weight_map.at("t2"), "model-00001-of-00005.safetensors");
  EXPECT_EQ(weight_map.at("t3"), "model-00002-of-00005.safetensors");  // 48
  EXPECT_EQ(weight_map.at("t6"), "model-00005-of-00005.safetensors");  // 84
  for (const auto& [name, file] : weight_map.items()) EXPECT_TRUE(fs::exists(model_ / file.get<std::string>())) << file;
}

}  // namespace
}  // namespace flanmoe
