// A folder is removed at once or not at all: what a kill leaves in between is a leftover.
#include "base/remove_folder.h"

#include "base/error.h"
#include "base/files.h"
#include "testing/check.h"
#include "testing/disk_calls.h"

namespace flanmoe {
namespace {

using RemoveFolder = FolderTest;

TEST_F(RemoveFolder, ItsNameGoesFirst) {
  fs::create_directories(folder_ / "old/inner");
  put("old/a.txt", "a");
  put("old/inner/b.txt", "b");
  const std::vector<std::string> calls = disk_calls::of([&] { remove_folder(folder_ / "old"); });
  ASSERT_EQ(calls.size(), 1u);
  const std::string aside = calls[0].substr(std::string("rename ").size());
  EXPECT_EQ(aside.find((folder_ / "old.tmp-").string()), 0u) << aside;
  EXPECT_EQ(num_entries(), 0u);
  fs::create_directories(fs::path(aside) / "inner");  // as a kill leaves it
  remove_leftovers(folder_);
  EXPECT_EQ(num_entries(), 0u);
}

TEST_F(RemoveFolder, WhereThereIsNoneThereIsNothingToDo) {
  remove_folder(folder_ / "none");
  EXPECT_EQ(num_entries(), 0u);
}

TEST_F(RemoveFolder, WhatCannotBeRemovedIsNamed) {
  put("a.txt", "a");
  const fs::path path = folder_ / "a.txt/inner";
  EXPECT_EQ(message_of<RunError>([&] { remove_folder(path); }), "cannot remove " + path.string() + ": Not a directory");
}

}  // namespace
}  // namespace flanmoe
