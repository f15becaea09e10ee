#include "fuzz/safetensors_mutator.h"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "tensor/safetensors_header.h"

namespace flanmoe {
namespace {

constexpr std::array kTypes = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL", "F8"};
constexpr std::array<uint64_t, 14> kSizes = {0,          1,          2,          3,         7,     1u << 31, 1ull << 32,
                                             1ull << 61, 1ull << 62, 1ull << 63, INT64_MAX, ~0ull, 255,      65536};

struct Member {
  std::string name;
  Json value;
};

class TensorMutator {
 public:
  TensorMutator(std::vector<Member>& members, uint64_t data_bytes, uint32_t seed)
      : members_(members), data_bytes_(data_bytes), random_(seed) {}

  // The number of data bytes that the file then has.
  uint64_t change(uint64_t max_data_bytes) {
    if (members_.empty()) members_.push_back({"x", {{"dtype", "U8"}, {"shape", {1}}, {"data_offsets", {0, 1}}}});
    change_one();
    if (below(2) == 0) lay_out(max_data_bytes);
    return std::min(data_bytes_, max_data_bytes);
  }

 private:
  size_t below(size_t end) { return random_() % end; }
  Member& any() { return members_[below(members_.size())]; }

  void change_one() {
    Member& member = any();
    switch (below(8)) {
      case 0:
        members_.push_back(Member(member));  // a name twice
        return;
      case 1:
        members_.push_back({member.name + "'", member.value});
        return;
      case 2:
        member.name = any().name;
        return;
      case 3:
        members_.erase(members_.begin() + static_cast<ptrdiff_t>(below(members_.size())));
        return;
      case 4:
        if (member.value.is_object()) member.value["dtype"] = kTypes[below(kTypes.size())];
        return;
      case 5:
        if (member.value.is_object()) change_shape(member.value["shape"]);
        return;
      case 6:
        if (member.value.is_object()) change_offsets(member.value["data_offsets"]);
        return;
      default:
        data_bytes_ += below(9) - 4;  // wraps below 0, and is cut to the limit
    }
  }

  void change_shape(Json& shape) {
    if (!shape.is_array() || shape.empty() || below(3) == 0) {
      if (!shape.is_array()) shape = Json::array();
      shape.push_back(kSizes[below(kSizes.size())]);
    } else if (below(3) == 0) {
      shape.erase(below(shape.size()));
    } else {
      shape[below(shape.size())] = kSizes[below(kSizes.size())];
    }
  }

  void change_offsets(Json& offsets) {
    if (!offsets.is_array() || offsets.size() != 2) offsets = {0, 0};
    Json& offset = offsets[below(2)];
    const Json other = any().value;
    switch (below(4)) {
      case 0:
        offset = kSizes[below(kSizes.size())];
        return;
      case 1:
        offset = data_bytes_ + below(3) - 1;
        return;
      case 2:
        if (offset.is_number_unsigned()) offset = offset.get<uint64_t>() + below(3) - 1;
        return;
      default:
        if (other.is_object() && other.contains("data_offsets")) offsets = other["data_offsets"];
    }
  }

  // Each tensor after the one before it, and data for all, as far as sizes can be computed and fit.
  void lay_out(uint64_t max_data_bytes) {
    uint64_t end = 0;
    for (Member& member : members_) {
      const uint64_t bytes = member.name == "__metadata__" ? ~0ull : num_bytes(member.value);
      if (bytes > max_data_bytes - end) continue;
      member.value["data_offsets"] = {end, end + bytes};
      end += bytes;
    }
    data_bytes_ = end;
  }

  // Of a tensor, or the most there can be when it is none.
  static uint64_t num_bytes(const Json& value) {
    try {
      std::vector<int64_t> shape;
      for (const Json& size : json_at(value, "shape", ""))
        shape.push_back(size.is_number_unsigned() ? size.get<int64_t>() : -1);
      if (std::any_of(shape.begin(), shape.end(), [](int64_t size) { return size < 0; })) return ~0ull;
      return TensorEntry::of("", dtype_of(json_string(value, "dtype", ""), ""), shape).num_bytes();
    } catch (const UserError&) {
      return ~0ull;
    }
  }

  std::vector<Member>& members_;
  uint64_t data_bytes_;
  std::minstd_rand random_;
};

}  // namespace

void mutate_tensors(SafetensorsParts& parts, uint32_t seed, size_t max_data_bytes) {
  Json header;
  try {
    header = parse_json(parts.header, "");
  } catch (const UserError&) {
    return;
  }
  std::vector<Member> members;
  for (const auto& [name, value] : header.items()) members.push_back({name, value});
  parts.data.resize(TensorMutator(members, parts.data.size(), seed).change(max_data_bytes));
  parts.header = "{";
  for (const Member& member : members) {
    parts.header += (parts.header.size() == 1 ? "" : ",") + Json(member.name).dump() + ":" + member.value.dump();
  }
  parts.header += "}";
}

}  // namespace flanmoe
