#include "data/readers.h"

#include "base/error.h"

namespace flanmoe {
namespace {

struct NamedReader {
  const char* format;
  Reader reader;
};
constexpr NamedReader kReaders[] = {
    {"jsonl", read_jsonl},
};

}  // namespace

std::vector<std::string> reader_names() {
  std::vector<std::string> names;
  for (const NamedReader& named : kReaders) names.push_back(named.format);
  return names;
}

Reader reader_for(const std::string& format, const std::string& where) {
  for (const NamedReader& named : kReaders) {
    if (format == named.format) return named.reader;
  }
  const std::string nearest = nearest_name(format, reader_names());
  fail_input("{}: 'format' is '{}', {}expected one of {}", where, format,
             nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest), fmt::join(reader_names(), ", "));
}

}  // namespace flanmoe
