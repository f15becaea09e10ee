// TensorBoard event files: TFRecord framing with masked CRC32C around Event protobufs (event.proto and summary.proto of
// tensorflow/tensorboard), scalars only, written by hand.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace flanmoe {

uint32_t crc32c(std::string_view bytes);  // Castagnoli; "123456789" -> 0xe3069283

class EventWriter {
 public:
  explicit EventWriter(const std::filesystem::path& folder);  // creates folder/events.out.tfevents....
  void scalar(const std::string& tag, int64_t step, double value);
  void flush();

 private:
  void record(const std::string& payload);
  std::ofstream file_;
  std::filesystem::path path_;
};

}  // namespace flanmoe
