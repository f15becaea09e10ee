// TensorBoard event files: TFRecord framing with masked CRC32C around Event protobufs (event.proto and summary.proto of
// tensorflow/tensorboard), scalars and session starts only, written by hand.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace flanmoe {

uint32_t crc32c(std::string_view bytes);  // Castagnoli; "123456789" -> 0xe3069283

// Events of steps after `done_steps`, which an attempt that was cut off left in the folder's files, are cut off them,
// and with them a record that is torn or damaged. Returns whether there were files.
bool cut_events_after(const std::filesystem::path& folder, int64_t done_steps);

class EventWriter {
 public:
  explicit EventWriter(const std::filesystem::path& folder);  // creates folder/events.out.tfevents....
  void scalar(const std::string& tag, int64_t step, double value);
  // A run that goes on: readers drop what they have of this step and later ones.
  void session_start(int64_t step);
  void flush();
  void sync();  // flushes; what is written survives a power cut

 private:
  void record(const std::string& payload);
  std::ofstream file_;
  std::filesystem::path path_;
};

}  // namespace flanmoe
