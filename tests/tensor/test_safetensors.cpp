// safetensors files: what is written comes back, and what is broken is named.
#include "tensor/safetensors.h"

#include <ATen/ATen.h>

#include <array>
#include <map>

#include "base/json.h"
#include "tensor/random.h"
#include "tensor/safetensors_case.h"

namespace flanmoe {
namespace {

TEST_F(Safetensors, RoundTripOfEveryDtype) {
  const at::Tensor values = random_normal({3, 5}, 30.0, 1);
  std::vector<NamedTensor> tensors;
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort,
                                     at::kChar, at::kByte, at::kBool}) {
    const at::Tensor value = dtype == at::kByte ? values.abs().to(dtype) : values.to(dtype);
    tensors.push_back({std::string("t.") + at::toString(dtype), value});
  }
  const auto back = round_trip(tensors);
  ASSERT_EQ(back.size(), tensors.size());
  std::map<std::string, at::Tensor> by_name;
  for (const NamedTensor& tensor : back) by_name[tensor.name] = tensor.value;
  for (const NamedTensor& tensor : tensors) {
    ASSERT_TRUE(by_name.contains(tensor.name)) << tensor.name;
    EXPECT_EQ(by_name[tensor.name].scalar_type(), tensor.value.scalar_type()) << tensor.name;
    EXPECT_TRUE(by_name[tensor.name].equal(tensor.value)) << tensor.name;
  }
}

TEST_F(Safetensors, RoundTripOfOddShapes) {
  const auto back = round_trip({{"scalar", at::scalar_tensor(2.5)},
                                {"empty", at::zeros({0, 7})},
                                {"one", at::full({1, 1, 1, 1}, 3.0)},
                                {"transposed", at::arange(6).view({2, 3}).t()},
                                {"strided", at::arange(10).slice(0, 1, 10, 3)},
                                {"a name \"with\" \\ \u00e9", at::ones({2})}});
  std::map<std::string, at::Tensor> by_name;
  for (const NamedTensor& tensor : back) by_name[tensor.name] = tensor.value;
  EXPECT_EQ(by_name.at("scalar").dim(), 0);
  EXPECT_EQ(by_name.at("scalar").item<float>(), 2.5f);
  EXPECT_EQ(by_name.at("empty").sizes(), at::IntArrayRef({0, 7}));
  EXPECT_EQ(by_name.at("one").dim(), 4);
  EXPECT_TRUE(by_name.at("transposed").equal(at::arange(6).view({2, 3}).t()));
  EXPECT_TRUE(by_name.at("strided").equal(at::tensor(std::vector<int64_t>{1, 4, 7}, at::kLong)));
  EXPECT_TRUE(by_name.contains("a name \"with\" \\ \u00e9"));
}

TEST_F(Safetensors, SpecialNumbersKeepTheirBits) {
  const std::vector<double> specials = {INFINITY, -INFINITY, NAN, -0.0, 1e-45, 3.4e38};
  const at::Tensor value = at::tensor(specials, at::kFloat);
  const at::Tensor back = round_trip({{"x", value}})[0].value;
  EXPECT_TRUE(back.view(at::kInt).equal(value.view(at::kInt)));
}

TEST_F(Safetensors, NoTensorsAtAll) { EXPECT_TRUE(round_trip({}).empty()); }

TEST_F(Safetensors, TheFileIsWhatTheFormatSays) {
  save_safetensors(folder_ / "a", {{"b", at::ones({2})}, {"a", at::zeros({3}, at::kByte)}}, {{"format", "pt"}});
  const std::string bytes = content_of(folder_ / "a");
  size_t length = 0;
  for (size_t i = 0; i < 8; ++i) length |= static_cast<size_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  ASSERT_EQ(bytes.size(), 8 + length + 11);
  EXPECT_EQ(bytes[8], '{');
  const Json header = Json::parse(bytes.substr(8, length));
  EXPECT_EQ(header.at("__metadata__").at("format"), "pt");
  EXPECT_EQ(header.at("b").at("dtype"), "F32");
  EXPECT_EQ(header.at("b").at("shape"), Json::array({2}));
  EXPECT_EQ(header.at("b").at("data_offsets"), Json::array({0, 8}));  // in the order given
  EXPECT_EQ(header.at("a").at("dtype"), "U8");
  EXPECT_EQ(header.at("a").at("data_offsets"), Json::array({8, 11}));
  EXPECT_EQ(length % 8, 0u);  // padded with spaces, so that the data is aligned
  EXPECT_EQ(bytes.substr(8 + length, 8), std::string("\0\0\x80\x3f\0\0\x80\x3f", 8));  // 1.0f twice, little-endian
  EXPECT_EQ(bytes.substr(8 + length + 8), std::string(3, '\0'));
}

// A file written by hand, row-major and little-endian.
TEST_F(Safetensors, ReadsAFileWrittenByHand) {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"m":{"dtype":"I16","shape":[2,3],"data_offsets":[1,13]},"f":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]}})";
  std::string bytes = with_header(header, 0) + '\1';
  for (const char value : {1, 2, 3, 4, 5, 6}) bytes += std::string{value, value == 6 ? '\1' : '\0'};
  std::map<std::string, at::Tensor> by_name;
  for (const NamedTensor& tensor : load_safetensors(put("x", bytes))) by_name[tensor.name] = tensor.value;
  ASSERT_EQ(by_name.size(), 2u);
  EXPECT_TRUE(by_name.at("m").equal(at::tensor(std::vector<int64_t>{1, 2, 3, 4, 5, 262}, at::kShort).view({2, 3})));
  EXPECT_EQ(by_name.at("f").dim(), 0);
  EXPECT_TRUE(by_name.at("f").item<bool>());
}

TEST_F(Safetensors, AnUnwritableTypeOrPlaceStopsTheRun) {
  EXPECT_NE(message_of<RunError>([&] {
              save_safetensors(folder_ / "c", {{"z", at::zeros({2}, at::kComplexFloat)}});
            }).find("ComplexFloat"),
            std::string::npos);
  const auto place = folder_ / "no such folder" / "a.safetensors";
  EXPECT_NE(message_of<RunError>([&] {
              save_safetensors(place, {{"x", at::ones({2})}});
            }).find("no such folder"),
            std::string::npos);
}

TEST_F(Safetensors, SameTensorsSameBytes) {
  const std::vector<NamedTensor> tensors = {{"x", random_normal({5, 3}, 1.0, 1)}, {"y", at::arange(4)}};
  save_safetensors(folder_ / "a", tensors);
  save_safetensors(folder_ / "b", tensors);
  EXPECT_EQ(content_of(folder_ / "a"), content_of(folder_ / "b"));
}

TEST_F(Safetensors, LoadedTensorsAreCopies) {
  auto first = round_trip({{"x", at::ones({3})}});
  first[0].value.fill_(7.0);
  EXPECT_TRUE(load_safetensors(folder_ / "a.safetensors")[0].value.equal(at::ones({3})));
}

TEST_F(Safetensors, SpacesAfterTheHeaderAreFine) {
  const auto path = put("x", with_header(R"({"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}     )", 2));
  EXPECT_EQ(load_safetensors(path).size(), 1u);
}

TEST_F(Safetensors, MissingFile) {
  const std::string message = message_of<UserError>([&] { load_safetensors(folder_ / "nowhere.safetensors"); });
  EXPECT_NE(message.find("nowhere.safetensors"), std::string::npos);
}

// An empty tensor begins where its neighbour does, whichever of them the header names first.
TEST_F(Safetensors, EmptyTensorsShareAPlace) {
  for (const int num_empty : {2, 40}) {
    std::string header = R"({"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]})";
    for (int i = 0; i < num_empty; ++i) {
      const int at = i % 2 == 0 ? 0 : 3;
      header += fmt::format(R"(,"e{}":{{"dtype":"F32","shape":[{},0],"data_offsets":[{},{}]}})", i, i, at, at);
    }
    const auto tensors = load_safetensors(put("x", with_header(header + "}", 3)));
    ASSERT_EQ(static_cast<int>(tensors.size()), num_empty + 1);
    for (const NamedTensor& tensor : tensors)
      EXPECT_EQ(tensor.value.numel(), tensor.name == "x" ? 3 : 0) << tensor.name;
  }
}

TEST_F(Safetensors, RefusesWhatIsNoHeader) {
  const auto expect = [&](const std::string& bytes, const std::string& part) {
    const std::string message = refusal_of(bytes);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expect("", "too short");
  expect("abc", "too short");
  expect(std::string(8, '\0'), "'{'");
  expect(std::string(8, '\xff') + "{}", "18446744073709551615");           // 2^64 - 1 bytes of header
  expect(std::string("\x10\0\0\0\0\0\0\0", 8) + "{}", "claims 16 bytes");  // more header than file
  expect(std::string("\x03\0\0\0\0\0\0\0", 8) + "{}", "claims 3 bytes");   // by one
  expect(std::string("\0\0\0\0\0\1\0\0", 8) + "{}", "1099511627776");      // a terabyte of header
  for (const char* header : {"[]", "\"text\"", "not json", " {}", "\n{}"}) expect(with_header(header, 0), "'{'");
  for (const char* header : {"{\"x\":", "{}{}", "{} x", "{\"x\" 3}", "{\"\xff\":3}"}) {
    expect(with_header(header, 0), "malformed JSON");
  }
}

TEST_F(Safetensors, RefusesMetadataThatIsNotText) {
  for (const char* metadata : {"3", "[]", "null", "\"pt\"", R"({"format":1})", R"({"format":["pt"]})"}) {
    const std::string message = refusal(std::string("{\"__metadata__\":") + metadata + "}", 0);
    EXPECT_NE(message.find("__metadata__"), std::string::npos) << message;
  }
}

TEST_F(Safetensors, RefusesEntriesThatAreNoTensors) {
  const std::vector<std::array<std::string, 2>> entries = {
      {"3", "expected an object"},
      {"[]", "expected an object"},
      {"null", "expected an object"},
      {"{}", "'dtype' is missing"},
      {R"({"dtype":"F32","shape":[1]})", "'data_offsets' is missing"},
      {R"({"dtype":"F32","data_offsets":[0,4]})", "'shape' is missing"},
      {R"({"shape":[1],"data_offsets":[0,4]})", "'dtype' is missing"},
      {R"({"dtype":"F33","shape":[1],"data_offsets":[0,4]})", "'F33', expected one of"},
      {R"({"dtype":32,"shape":[1],"data_offsets":[0,4]})", "'dtype' is 32"},
      {R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})", "shape is 1, expected a list"},
      {R"({"dtype":"F32","shape":{"a":1},"data_offsets":[0,4]})", "expected a list"},
      {R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})", "shape holds -1"},
      {R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,4]})", "shape holds 1.5"},
      {R"({"dtype":"F32","shape":["1"],"data_offsets":[0,4]})", "shape holds \"1\""},
      {R"({"dtype":"F32","shape":[NaN],"data_offsets":[0,4]})", "shape holds null"},
      {R"({"dtype":"F32","shape":[1],"data_offsets":[0]})", "expected [begin, end]"},
      {R"({"dtype":"F32","shape":[1],"data_offsets":[0,4,8]})", "expected [begin, end]"},
      {R"({"dtype":"F32","shape":[1],"data_offsets":"0,4"})", "expected [begin, end]"},
      {R"({"dtype":"F32","shape":[1],"data_offsets":[-4,0]})", "expected [begin, end]"},
      {R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})", "do not lie in the 4 bytes"},
      {R"({"dtype":"F32","shape":[1],"data_offsets":[1,5]})", "do not lie in the 4 bytes"},
      {R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})", "span 4 bytes, its shape and dtype need 8"},
      {R"({"dtype":"F64","shape":[1],"data_offsets":[0,4]})", "span 4 bytes, its shape and dtype need 8"},
      {R"({"dtype":"U8","shape":[],"data_offsets":[0,4]})", "span 4 bytes, its shape and dtype need 1"},
      {R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]})", "overflows"},
      {R"({"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]})", "overflows"},  // only the product by 4
      {R"({"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,4]})",
       "holds 9223372036854775808, a size beyond 63 bits"},
      {R"({"dtype":"U8","shape":[0,9223372036854775807,9],"data_offsets":[0,0]})", "overflows"},
  };
  for (const auto& [entry, part] : entries) {
    const std::string message = refusal(std::string("{\"weight.7\":") + entry + "}", 4);
    EXPECT_NE(message.find("'weight.7'"), std::string::npos) << message;
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST_F(Safetensors, RefusesDataThatDoesNotFit) {
  const std::string first = R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  const auto two = [&](const std::string& offsets) {
    return "{" + first + R"(,"b":{"dtype":"U8","shape":[4],"data_offsets":)" + offsets + "}}";
  };
  const auto expect = [&](const std::string& header, size_t num_data_bytes, const std::string& part) {
    const std::string message = refusal(header, num_data_bytes);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  EXPECT_EQ(load_safetensors(put("good", with_header(two("[4,8]"), 8))).size(), 2u);
  expect(two("[4,8]"), 7, "tensor 'b': data_offsets [4, 8] do not lie in the 7 bytes");
  expect(two("[4,8]"), 9, "1 bytes after the last tensor, expected none");
  expect(two("[5,9]"), 9, "'b' begins at byte 5 of the data, expected 4: it overlaps another or leaves a hole");
  expect(two("[3,7]"), 8, "'b' begins at byte 3 of the data, expected 4: it overlaps another or leaves a hole");
  expect(two("[0,4]"), 4, "overlaps another or leaves a hole");  // the same bytes twice
  expect("{" + first + "," + first + "}", 4, "appears twice");
  expect("{}", 1, "1 bytes after the last tensor, expected none");
}

// Pages come back from the file; what was written, and what a tensor owns, stays.
TEST_F(Safetensors, ForgottenPagesAreReadAgain) {
  const at::Tensor value = random_normal({5000}, 1.0, 1);
  const auto back = round_trip({{"a", value}, {"b", value}});
  const at::Tensor read = back[0].value, written = back[1].value, owned = value.clone();
  written.add_(1.0);
  for (const at::Tensor& tensor : {read, written, owned}) forget_pages(tensor);
  EXPECT_TRUE(read.equal(value));
  EXPECT_TRUE(written.equal(value + 1.0));
  EXPECT_TRUE(owned.equal(value));
}

}  // namespace
}  // namespace flanmoe
