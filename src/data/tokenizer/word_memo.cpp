#include "data/tokenizer/word_memo.h"

#include <functional>

#include "base/error.h"

namespace flanmoe {
namespace {

constexpr size_t kProbes = 16;  // slots looked at for one word

}  // namespace

WordMemo::WordMemo(size_t num_slots) : slots_(num_slots) { FLANMOE_ASSERT((num_slots & (num_slots - 1)) == 0); }

WordMemo::~WordMemo() {
  for (const Slot& slot : slots_) delete slot.load();
}

size_t WordMemo::first_slot(std::string_view word) const { return std::hash<std::string_view>()(word); }

const KnownWord* WordMemo::find(std::string_view word) const {
  const size_t first = first_slot(word);
  for (size_t i = 0; i < kProbes; ++i) {
    const KnownWord* found = slots_[(first + i) & (slots_.size() - 1)].load(std::memory_order_acquire);
    if (found == nullptr || found->text == word) return found;
  }
  return nullptr;
}

const KnownWord* WordMemo::add(KnownWord word) {
  auto entry = std::make_unique<const KnownWord>(std::move(word));
  const size_t first = first_slot(entry->text);
  for (size_t i = 0; i < kProbes; ++i) {
    Slot& slot = slots_[(first + i) & (slots_.size() - 1)];
    const KnownWord* there = nullptr;
    if (slot.compare_exchange_strong(there, entry.get(), std::memory_order_acq_rel)) return entry.release();
    if (there->text == entry->text) return there;
  }
  return nullptr;
}

}  // namespace flanmoe
