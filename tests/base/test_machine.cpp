// Facts about the machine that messages and results rest on.
#include "base/machine.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace flanmoe {
namespace {

TEST(Machine, FreeMemoryIsWhatALimitLeaves) {
  const int64_t without = free_memory_bytes();
  EXPECT_GT(without, int64_t{1} << 20);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  rlimit limited = before;
  limited.rlim_cur = rlim_t{1} << 24;  // less than this process has already
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &limited), 0);
  const int64_t within = free_memory_bytes();
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_EQ(within, 0);
}

}  // namespace
}  // namespace flanmoe
