// Where the golden cases are: what well-known implementations computed. They lie beside the checkout; FLANMOE_GOLDEN
// names another folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace flanmoe {

inline bool golden_folder_given() {
  const char* given = std::getenv("FLANMOE_GOLDEN");
  return given != nullptr && *given != '\0';
}

inline std::filesystem::path golden_folder() {
  if (golden_folder_given()) return std::getenv("FLANMOE_GOLDEN");
  return std::filesystem::path(FLANMOE_SOURCE_DIR) / "../shared/golden";
}

// Fails every test when the folder that was asked for is none; skips when the usual one is absent. A class derived from
// it names its test suite: the name contains "golden".
class GoldenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::filesystem::is_directory(golden_folder())) return;
    if (golden_folder_given()) FAIL() << "FLANMOE_GOLDEN is " << golden_folder() << ", which is no folder";
    GTEST_SKIP() << "no golden cases beside the checkout: " << golden_folder();
  }
};

}  // namespace flanmoe
