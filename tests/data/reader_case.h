// Helpers of the tests of readers.
#pragma once

#include "base/check.h"
#include "base/error.h"
#include "data/readers.h"

namespace flanmoe::cases {

using Texts = std::vector<std::string>;

// Files written by hand into a folder of the test's own.
class ReaderTest : public FolderTest {
 protected:
  std::string refused(Reader reader, const std::string& name, const std::string& content) {
    const auto file = put(name, content);
    return message_of<UserError>([&] { reader(file); });
  }
};

inline void expect_says(const std::string& message, const Texts& parts) {
  for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
}

}  // namespace flanmoe::cases
