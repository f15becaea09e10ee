// libFuzzer target: any text as a config.json. It is refused with a UserError, or what it says can be written and is
// read back as the same.
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "fuzz/check.h"
#include "model/config_json.h"

using namespace flanmoe;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Json config;
  try {
    const std::string text(reinterpret_cast<const char*>(data), size);
    config = config_of(options_from_config(parse_json(text, "fuzzed"), "fuzzed"));
  } catch (const UserError& error) {
    check_message(error.what());
    return 0;
  }
  FUZZ_CHECK(config_of(options_from_config(config, "written")) == config);
  return 0;
}
