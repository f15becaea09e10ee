// An answer shown while it grows.
#pragma once

#include <string>

namespace flanmoe {

// Tells what may be shown of a text that grows. A character whose bytes are not all there yet (of a vocabulary that
// falls back to bytes: U+FFFD at the end) is held back until they are, or until the answer ends.
class StreamedText {
 public:
  std::string grown(const std::string& text);  // what to show behind what was shown
  std::string ended(const std::string& text);  // the rest

 private:
  std::string show(const std::string& text, size_t size);
  std::string shown_;
};

}  // namespace flanmoe
