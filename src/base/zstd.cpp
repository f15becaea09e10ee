#include "base/zstd.h"

#include <fmt/format.h>
#include <zstd.h>

#include <memory>
#include <stdexcept>
#include <vector>

namespace flanmoe {

std::string unpack_zstd(std::string_view packed, size_t limit) {
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (context == nullptr) throw std::runtime_error("no memory to unpack it");
  std::string text;
  std::vector<char> buffer(ZSTD_DStreamOutSize());
  ZSTD_inBuffer input = {packed.data(), packed.size(), 0};
  size_t wanted = 1;  // an empty file is a frame cut short
  bool full = false;  // there may be more to come out although all went in
  while (input.pos < input.size || full) {
    ZSTD_outBuffer output = {buffer.data(), buffer.size(), 0};
    wanted = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(wanted) != 0)
      throw std::runtime_error(fmt::format("the zstd data is damaged ({})", ZSTD_getErrorName(wanted)));
    text.append(buffer.data(), output.pos);
    if (text.size() > limit) throw std::runtime_error(fmt::format("it unpacks to more than {} bytes", limit));
    full = wanted != 0 && output.pos == output.size;
  }
  if (wanted != 0) throw std::runtime_error("the zstd data is cut short");
  return text;
}

}  // namespace flanmoe
