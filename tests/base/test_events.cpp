#include "base/events.h"

#include <cstring>
#include <ctime>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/events_case.h"
#include "base/files.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

using cases::fields_of;
using cases::plain_crc;
using cases::records_of;

template <class To, class From>
To same_bits(From from) {
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

TEST(Crc32c, HasItsKnownValues) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c("some text"), plain_crc("some text"));
}

class Events : public FolderTest {};

TEST_F(Events, AreReadBackByPlainLoops) {
  const fs::path logs = folder_ / "logs";
  {
    EventWriter writer(logs);
    writer.scalar("train/loss", 1, 2.5);
    writer.scalar("moe/encoder/L1/" + std::string(200, 'x'), 300, -0.125);
    writer.scalar("big", std::numeric_limits<int64_t>::max(), 1e30);
    writer.flush();
  }
  const fs::path path = std::filesystem::directory_iterator(logs)->path();
  EXPECT_EQ(path.filename().string().find("events.out.tfevents."), 0u);
  const auto records = records_of(content_of(path));
  ASSERT_EQ(records.size(), 4u);

  const auto version = fields_of(records[0]);
  EXPECT_EQ(version.at(1).number, 3u);
  EXPECT_EQ(version.at(1).bytes, "brain.Event:2");

  const std::vector<std::pair<std::string, float>> expected = {
      {"train/loss", 2.5f}, {"moe/encoder/L1/" + std::string(200, 'x'), -0.125f}, {"big", 1e30f}};
  const std::vector<uint64_t> steps = {1, 300, std::numeric_limits<int64_t>::max()};
  for (size_t i = 0; i < 3; ++i) {
    const auto event = fields_of(records[i + 1]);
    ASSERT_EQ(event.size(), 3u);
    EXPECT_EQ(event[0].number, 1u);
    EXPECT_NEAR(same_bits<double>(event[0].value), static_cast<double>(std::time(nullptr)), 60.0);
    EXPECT_EQ(event[1].number, 2u);
    EXPECT_EQ(event[1].value, steps[i]);
    EXPECT_EQ(event[2].number, 5u);
    const auto summary = fields_of(event[2].bytes);
    ASSERT_EQ(summary.size(), 1u);
    EXPECT_EQ(summary[0].number, 1u);
    const auto value = fields_of(summary[0].bytes);
    ASSERT_EQ(value.size(), 2u);
    EXPECT_EQ(value[0].number, 1u);
    EXPECT_EQ(value[0].bytes, expected[i].first);
    EXPECT_EQ(value[1].number, 2u);
    EXPECT_EQ(same_bits<float>(static_cast<uint32_t>(value[1].value)), expected[i].second);
  }
}

TEST_F(Events, WritersOfOneProcessHaveTheirOwnFiles) {
  EventWriter first(folder_), second(folder_);
  EXPECT_EQ(num_entries(), 2u);
}

// Two attempts of a run, the first cut off behind its step 5 while only 3 are kept: no step stands there twice, for a
// reader that begins now and for one that has read the first attempt.
TEST_F(Events, AnAttemptThatGoesOnTakesTheirPlace) {
  {
    EventWriter first(folder_);
    for (int64_t step = 1; step <= 5; ++step) first.scalar("loss", step, 1.0);
    first.sync();
  }
  const auto file = std::filesystem::directory_iterator(folder_)->path();
  const std::string whole = content_of(file);
  EXPECT_EQ(cases::shown_steps(folder_)["loss"], (std::vector<uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_TRUE(cut_events_after(folder_, 3));
  EXPECT_EQ(cases::shown_steps(folder_)["loss"], (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_TRUE(whole.starts_with(content_of(file)));
  std::ofstream(file, std::ios::binary) << whole;  // as the reader has it
  EventWriter second(folder_);
  second.session_start(4);
  for (int64_t step = 4; step <= 6; ++step) second.scalar("loss", step, 2.0);
  second.flush();
  EXPECT_EQ(cases::shown_steps(folder_)["loss"], (std::vector<uint64_t>{1, 2, 3, 4, 5, 6}));
}

// A run that was stopped behind step 3, in the middle of it: the rest of that step is said after the session start.
TEST_F(Events, WhatIsLeftToSayOfAStepIsKept) {
  {
    EventWriter first(folder_);
    for (int64_t step = 1; step <= 3; ++step) first.scalar("loss", step, 1.0);
  }
  {
    EventWriter second(folder_);
    second.session_start(4);
    second.scalar("eval", 3, 1.0);
    second.scalar("loss", 4, 1.0);
  }
  EXPECT_TRUE(cut_events_after(folder_, 3));
  EventWriter third(folder_);
  third.session_start(4);
  third.scalar("loss", 4, 1.0);
  third.flush();
  const auto shown = cases::shown_steps(folder_);
  EXPECT_EQ(shown.at("eval"), (std::vector<uint64_t>{3}));
  EXPECT_EQ(shown.at("loss"), (std::vector<uint64_t>{1, 2, 3, 4}));
}

TEST_F(Events, ATornOrDamagedEndIsCut) {
  EXPECT_FALSE(cut_events_after(folder_ / "absent", 3));
  EXPECT_FALSE(cut_events_after(folder_, 3));
  {
    EventWriter writer(folder_);
    for (int64_t step = 1; step <= 4; ++step) writer.scalar("loss", step, 1.0);
    writer.flush();
  }
  const auto file = std::filesystem::directory_iterator(folder_)->path();
  const std::string whole = content_of(file);
  const size_t record = records_of(whole).at(1).size() + 16, head = whole.size() - 4 * record;
  std::string flipped = whole;
  flipped[head + 2 * record + 20] ^= 1;
  const std::vector<std::pair<std::string, size_t>> files = {{whole, 4},
                                                             {whole.substr(0, whole.size() - 1), 3},
                                                             {whole.substr(0, head + record + 5), 1},
                                                             {whole + std::string(40, '\0'), 4},
                                                             {flipped, 2},
                                                             {"", 0}};
  for (const auto& [bytes, num_kept] : files) {
    std::ofstream(file, std::ios::binary) << bytes;
    cut_events_after(folder_, 9);
    EXPECT_EQ(content_of(file), bytes.empty() ? "" : whole.substr(0, head + num_kept * record));
  }
  const auto other = put("notes.txt", "mine");
  cut_events_after(folder_, 0);
  EXPECT_EQ(content_of(other), "mine");
}

TEST_F(Events, ReportAFolderThatCannotBeMade) {
  const fs::path file = put("file", "");
  EXPECT_EQ(message_of<RunError>([&] { EventWriter writer(file / "logs"); }),
            "cannot create folder " + (file / "logs").string() + ": Not a directory");
}

}  // namespace
}  // namespace flanmoe
