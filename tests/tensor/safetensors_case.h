// What the tests of safetensors files share.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "tensor/safetensors.h"
#include "testing/check.h"

namespace flanmoe {

class Safetensors : public FolderTest {
 protected:
  static std::string with_header(const std::string& header, size_t num_data_bytes) {
    std::string text(8, '\0');
    for (size_t i = 0; i < 8; ++i) text[i] = static_cast<char>(header.size() >> (8 * i));
    return text + header + std::string(num_data_bytes, '\0');
  }
  std::string refusal_of(const std::string& bytes) {
    const auto path = put("x.safetensors", bytes);
    const std::string message = message_of<UserError>([&] { load_safetensors(path); });
    EXPECT_NE(message.find("x.safetensors"), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }
  std::string refusal(const std::string& header, size_t num_data_bytes) {
    return refusal_of(with_header(header, num_data_bytes));
  }
  std::vector<NamedTensor> round_trip(const std::vector<NamedTensor>& tensors,
                                      const std::map<std::string, std::string>& metadata = {}) {
    save_safetensors(folder_ / "a.safetensors", tensors, metadata);
    return load_safetensors(folder_ / "a.safetensors");
  }
};

}  // namespace flanmoe
