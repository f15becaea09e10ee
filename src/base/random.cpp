// xoshiro256++ and splitmix64 are by Blackman and Vigna; FNV-1a by Fowler, Noll and Vo.
#include "base/random.h"

#include <bit>
#include <unordered_map>

#include "base/error.h"

namespace flanmoe {
namespace {

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;

// The output function of splitmix64: every bit of `x` reaches every bit of the result.
uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

uint64_t hash_text(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return mix(hash);
}

uint64_t stream_key(uint64_t seed, std::string_view name, uint64_t step) {
  // Mixing between the parts keeps (1, a, 2) and (2, a, 1) apart.
  const uint64_t named = mix(mix(seed + kGolden) ^ hash_text(name));
  return mix(named + (step + 1) * kGolden);
}

uint64_t random_word(uint64_t key, uint64_t index) { return mix(key + (index + 1) * kGolden); }

double unit_interval(uint64_t word) { return static_cast<double>(word >> 11) * 0x1.0p-53; }

RandomStream::RandomStream(uint64_t key) {
  for (uint64_t i = 0; i < 4; ++i) state_[i] = random_word(key, i);
}

RandomStream::RandomStream(uint64_t seed, std::string_view name, uint64_t step)
    : RandomStream(stream_key(seed, name, step)) {}

uint64_t RandomStream::operator()() {
  const uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double RandomStream::uniform() { return unit_interval((*this)()); }

uint64_t RandomStream::below(uint64_t bound) {
  FLANMOE_ASSERT(bound >= 1);
  // 2^64 mod bound values at the low end would make small results likelier: they are drawn again.
  const uint64_t rejected = (uint64_t{0} - bound) % bound;
  uint64_t drawn = (*this)();
  while (drawn < rejected) drawn = (*this)();
  return drawn % bound;
}

int64_t RandomStream::between(int64_t low, int64_t high) {
  FLANMOE_ASSERT(low <= high);
  const uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;  // 0 = all 2^64 values
  const uint64_t offset = span == 0 ? (*this)() : below(span);
  return static_cast<int64_t>(static_cast<uint64_t>(low) + offset);
}

bool RandomStream::chance(double probability) { return uniform() < probability; }

std::vector<size_t> RandomStream::sample(size_t total, size_t count) {
  FLANMOE_ASSERT(count <= total);
  // The first `count` places of a shuffle from the front; `moved` holds only the places that are no longer their own.
  std::unordered_map<size_t, size_t> moved;
  const auto at = [&](size_t place) {
    const auto found = moved.find(place);
    return found == moved.end() ? place : found->second;
  };
  std::vector<size_t> chosen(count);
  for (size_t i = 0; i < count; ++i) {
    const size_t other = i + below(total - i);
    chosen[i] = at(other);
    moved[other] = at(i);
  }
  return chosen;
}

Permutation::Permutation(uint64_t key, uint64_t size) : key_(key), size_(size), half_bits_(1) {
  while (half_bits_ < 32 && (uint64_t{1} << (2 * half_bits_)) < size) ++half_bits_;
}

uint64_t Permutation::operator()(uint64_t position) const {
  FLANMOE_ASSERT(position < size_);
  constexpr uint64_t kRounds = 6;
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  // The network permutes [0, 4^half_bits), which is less than four times too large: walk its cycle back into [0, size).
  uint64_t value = position;
  do {
    uint64_t left = value >> half_bits_, right = value & mask;
    for (uint64_t round = 1; round <= kRounds; ++round) {
      const uint64_t next = left ^ (mix(key_ + round * kGolden + right) & mask);
      left = right;
      right = next;
    }
    value = left << half_bits_ | right;
  } while (value >= size_);
  return value;
}

}  // namespace flanmoe
