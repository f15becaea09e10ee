// A study that goes on mixes no cells of other data among those of today's.
#include "study/done_cells.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

class DoneCells : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    put("rows.jsonl", "{}\n");
    for (const char* arm : {"dense", "switch"}) {
      cells_.push_back({{arm}, std::nullopt});
      fs::create_directories(study().cell(cells_.back().key));
      write_json(study().cell(cells_.back().key) / "inputs.json",
                 {{"task 't', train rows, file 1", input("rows.jsonl", checksum_file(folder_ / "rows.jsonl"))},
                  {"task 't', prompts", input("rows.jsonl", "of a text")},
                  {"the vocabulary", input("gone.model", "0123")}});
    }
  }
  Json input(const std::string& name, const std::string& checksum) const {
    return {{"file", (folder_ / name).string()}, {"bytes", 3}, {"checksum", checksum}};
  }
  StudyFolder study() const { return {folder_ / "study"}; }

  std::vector<Cell> cells_;
};

TEST_F(DoneCells, ReadWhatLiesThereNow) {
  write_json(study().result(cells_[1].key), Json::object());
  check_done_cells(cells_, study());
  put("rows.jsonl", "{} \n");
  const std::string message = message_of<UserError>([&] { check_done_cells(cells_, study()); });
  for (const std::string part : {"the cell 'switch/seed-1/pretrain' is done with another content of ",
                                 "rows.jsonl (task 't', train rows, file 1: checksum ", "begin another study"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST_F(DoneCells, OthersMayReadSomethingElse) {
  put("rows.jsonl", "{} \n");
  check_done_cells(cells_, study());  // none is done
  fs::remove(folder_ / "rows.jsonl");
  for (const Cell& cell : cells_) write_json(study().result(cell.key), Json::object());
  check_done_cells(cells_, study());  // moved
}

}  // namespace
}  // namespace flanmoe
