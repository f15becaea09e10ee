// Helpers of the tests of readers.
#pragma once

#include "base/error.h"
#include "data/readers/readers.h"
#include "testing/check.h"

namespace flanmoe::cases {

using Texts = std::vector<std::string>;

using Rows = std::vector<TaskRow>;
using Columns = std::map<std::string, std::string>;

// Rows of a file on disk, FILE or FILE#PART.
inline Rows rows_in(const std::string& format, const std::filesystem::path& written, const Columns& columns = {}) {
  Rows rows;
  BadRows stop;
  read_rows(format, written.string(), columns, stop, [&rows](TaskRow row) { rows.push_back(std::move(row)); });
  return rows;
}

// Files written by hand into a folder of the test's own.
class ReaderTest : public FolderTest {
 protected:
  Rows read(const std::string& format, const std::string& name, const std::string& content,
            const std::string& part = "") {
    return rows_in(format, put(name, content).string() + part);
  }
  std::string refused(const std::string& format, const std::string& name, const std::string& content,
                      const std::string& part = "") {
    const std::string file = put(name, content).string() + part;
    return message_of<UserError>([&] { rows_in(format, file); });
  }
};

inline void expect_says(const std::string& message, const Texts& parts) {
  for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
}

}  // namespace flanmoe::cases
