#include "tensor/platform.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "base/machine.h"

namespace flanmoe {
namespace {

TEST(Platform, SaysWhatDecidesTheLastBits) {
  const Json here = platform_json();
  for (const std::string key : {"processor", "level", "vector_code", "libtorch"})
    EXPECT_FALSE(here.at(key).get<std::string>().empty()) << key;
  EXPECT_EQ(here.at("threads"), at::get_num_threads());
  EXPECT_EQ(here.at("device"), "cpu");
  EXPECT_EQ(here.at("level").get<std::string>().substr(0, 8), "x86-64-v");
}

TEST(Platform, NamesEveryDifferenceAndNothingElse) {
  const Json there = {{"processor", "A"}, {"threads", 2}, {"libtorch", "2.13.0"}};
  EXPECT_EQ(platform_difference(there, there), "");
  EXPECT_EQ(platform_difference(there, {{"processor", "B"}, {"threads", 1}, {"libtorch", "2.13.0"}}),
            "processor \"A\" there, \"B\" here; threads 2 there, 1 here");
  EXPECT_EQ(platform_difference(Json(), there), "");            // a record of before
  EXPECT_EQ(platform_difference({{"threads", 2}}, there), "");  // a key that it lacks
}

}  // namespace
}  // namespace flanmoe
