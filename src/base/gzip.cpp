#include "base/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <stdexcept>

namespace flanmoe {

std::string unpack_gzip(std::string_view packed, size_t limit) {
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  z_stream stream = {};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::runtime_error("no memory to unpack it");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);

  std::string text;
  std::array<unsigned char, 1 << 16> buffer;
  bool inside_member = true;  // an empty file is a member cut short
  while (inside_member || !packed.empty()) {
    if (packed.empty()) throw std::runtime_error("the gzip data is cut short");
    const size_t given = std::min<size_t>(packed.size(), std::numeric_limits<uInt>::max());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(given);
    int status = Z_OK;
    do {
      stream.next_out = buffer.data();
      stream.avail_out = buffer.size();
      status = inflate(&stream, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
        throw std::runtime_error(fmt::format("the gzip data is damaged ({})", stream.msg ? stream.msg : "unknown"));
      }
      text.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - stream.avail_out);
      if (text.size() > limit) throw std::runtime_error(fmt::format("it unpacks to more than {} bytes", limit));
    } while (status == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0));
    packed.remove_prefix(given - stream.avail_in);
    inside_member = status != Z_STREAM_END;
    if (!inside_member) inflateReset(&stream);
  }
  return text;
}

}  // namespace flanmoe
