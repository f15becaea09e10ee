// The two stacks of a T5; a decoder-only model is a decoder.
#pragma once

#include <array>

#include "base/names.h"

namespace flanmoe {

enum class Stack { kEncoder, kDecoder };
constexpr std::array<Named<Stack>, 2> names_of(Stack) {
  return {{{Stack::kEncoder, "encoder"}, {Stack::kDecoder, "decoder"}}};
}

}  // namespace flanmoe
