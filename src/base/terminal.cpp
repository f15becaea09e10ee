#include "base/terminal.h"

#include <sys/ioctl.h>

namespace flanmoe {

size_t terminal_width(int descriptor) {
  winsize size = {};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace flanmoe
