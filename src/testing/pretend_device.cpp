#include "testing/pretend_device.h"

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/DeviceType.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>

#include <atomic>
#include <bit>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

namespace flanmoe {
namespace {

constexpr at::DeviceType kPretend = at::DeviceType::PrivateUse1;
const c10::DispatchKeySet kKeys(c10::DispatchKey::PrivateUse1);

std::atomic<int64_t> to_device{0}, to_host{0}, scalars_read{0};

// Two address ranges of one size: what the device names as its memory, forbidden, and where its numbers lie.
class Memory final : public c10::Allocator {
 public:
  Memory() : forbidden_(reserve(PROT_NONE)), numbers_(reserve(PROT_READ | PROT_WRITE)) {}

  c10::DataPtr allocate(size_t num_bytes) override {
    const size_t size = std::bit_ceil(std::max<size_t>(num_bytes, 64));
    const std::lock_guard lock(mutex_);
    size_t offset = used_;
    std::vector<size_t>& free = free_[size];
    if (!free.empty()) {
      offset = free.back();
      free.pop_back();
    } else {
      used_ += size;
      TORCH_CHECK(used_ <= kSize, "the pretended device has ", kSize, " bytes of memory");
    }
    auto* block = new Block{this, offset, size};
    return {forbidden_ + offset, block, &Memory::give_back, at::Device(kPretend, 0)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return nullptr; }
  void copy_data(void* target, const void* source, size_t count) const override {
    std::memcpy(numbers_of(target), numbers_of(source), count);
  }
  char* numbers_of(const void* address) const { return numbers_ + (static_cast<const char*>(address) - forbidden_); }

 private:
  struct Block {
    Memory* memory;
    size_t offset, size;
  };
  static constexpr size_t kSize = size_t{1} << 32;

  static char* reserve(int protection) {
    void* range = mmap(nullptr, kSize, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    TORCH_CHECK(range != MAP_FAILED, "no address range for the pretended device");
    return static_cast<char*>(range);
  }
  static void give_back(void* context) {
    const std::unique_ptr<Block> block(static_cast<Block*>(context));
    const std::lock_guard lock(block->memory->mutex_);
    block->memory->free_[block->size].push_back(block->offset);
  }

  char *forbidden_, *numbers_;
  std::mutex mutex_;
  size_t used_ = 0;
  std::map<size_t, std::vector<size_t>> free_;
};

Memory& memory() {
  static auto* const all = new Memory;  // outlives every tensor
  return *all;
}

bool is_pretended(const at::Tensor& x) { return x.defined() && x.device().type() == kPretend; }

// The numbers of a tensor of the device, as a tensor of the CPU.
at::Tensor numbers_of(const at::Tensor& x) {
  if (x.numel() == 0) return at::empty_strided(x.sizes(), x.strides(), x.options().device(at::kCPU));
  return at::from_blob(memory().numbers_of(x.const_data_ptr()), x.sizes(), x.strides(), x.options().device(at::kCPU));
}

at::Tensor empty(c10::SymIntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                 std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(C10_AS_INTARRAYREF_SLOW(size), &memory(), kKeys, c10::dtype_or_default(dtype),
                                   format);
}

at::Tensor empty_strided(c10::SymIntArrayRef size, c10::SymIntArrayRef stride, std::optional<at::ScalarType> dtype,
                         std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(C10_AS_INTARRAYREF_SLOW(size), C10_AS_INTARRAYREF_SLOW(stride), &memory(),
                                           kKeys, c10::dtype_or_default(dtype));
}

at::Tensor put(const at::Tensor& x) {
  const at::Tensor there = at::empty_strided(x.sizes(), x.strides(), x.options().device(kPretend));
  if (x.numel() > 0) numbers_of(there).copy_(x);
  return there;
}

at::Tensor copy_from(const at::Tensor& source, const at::Tensor& target, bool) {
  if (!is_pretended(source)) ++to_device;
  if (!is_pretended(target)) ++to_host;
  const at::Tensor from = is_pretended(source) ? numbers_of(source) : source;
  const at::Tensor to = is_pretended(target) ? numbers_of(target) : target;
  to.copy_(from);
  return target;
}

const at::Tensor& resize(const at::Tensor& x, c10::SymIntArrayRef size, std::optional<at::MemoryFormat>) {
  const at::IntArrayRef sizes = C10_AS_INTARRAYREF_SLOW(size);
  const size_t num_bytes = (static_cast<size_t>(x.storage_offset()) + c10::multiply_integers(sizes)) * x.element_size();
  const c10::Storage& storage = x.storage();
  if (num_bytes > storage.nbytes()) {
    c10::DataPtr larger = memory().allocate(num_bytes);
    if (storage.nbytes() > 0) memory().copy_data(larger.get(), storage.data(), storage.nbytes());
    storage.set_data_ptr_noswap(std::move(larger));
    storage.set_nbytes(num_bytes);
  }
  x.unsafeGetTensorImpl()->set_sizes_contiguous(sizes);
  return x;
}

// One call of an operation: its tensors are exchanged for those of the CPU, and back.
class Call {
 public:
  explicit Call(const c10::OperatorHandle& op) : op_(op) {}

  void run(torch::jit::Stack* stack) {
    const c10::FunctionSchema& schema = op_.schema();
    const size_t begin = stack->size() - schema.arguments().size();
    for (size_t i = 0; i < schema.arguments().size(); ++i) {
      c10::IValue& argument = (*stack)[begin + i];
      const auto* alias = schema.arguments()[i].alias_info();
      const bool written = alias != nullptr && alias->isWrite();
      if (argument.isTensor()) {
        argument = stand_in(argument.toTensor(), written);
      } else if (argument.isTensorList()) {
        std::vector<at::Tensor> all;
        for (const at::Tensor& x : argument.toTensorVector()) all.push_back(stand_in(x, written));
        argument = all;
      } else if (argument.isOptionalTensorList()) {
        c10::List<std::optional<at::Tensor>> all;
        for (const std::optional<at::Tensor> x : argument.toOptionalTensorList()) {
          all.push_back(x ? std::optional(stand_in(*x, false)) : std::nullopt);
        }
        argument = all;
      } else if (argument.isDevice()) {
        argument = at::Device(at::kCPU);
      }
    }
    if (schema.operator_name().name == "aten::_local_scalar_dense") ++scalars_read;
    op_.callBoxed(stack);
    for (const Written& one : written_) {
      if (one.here.sizes() != one.there.sizes()) one.there.resize_(one.here.sizes());
      if (one.here.numel() > 0) numbers_of(one.there).copy_(one.here);
    }
    const size_t results = stack->size() - schema.returns().size();
    for (size_t i = 0; i < schema.returns().size(); ++i) {
      c10::IValue& result = (*stack)[results + i];
      const auto* alias = schema.returns()[i].alias_info();
      TORCH_CHECK(alias == nullptr || alias->isWrite(), "the pretended device lacks the view ", schema.operator_name());
      if (result.isTensor()) {
        result = returned(result.toTensor());
      } else if (result.isTensorList()) {
        std::vector<at::Tensor> all;
        for (const at::Tensor& x : result.toTensorVector()) all.push_back(returned(x));
        result = all;
      }
    }
  }

 private:
  struct Written {
    at::Tensor there, here;
  };

  at::Tensor stand_in(const at::Tensor& x, bool written) {
    if (!x.defined()) return x;
    if (!is_pretended(x)) {
      TORCH_CHECK(x.dim() == 0, op_.schema().operator_name(), ": one tensor lies on the CPU, another on ",
                  pretend_device());
      return x;
    }
    if (!written) return numbers_of(x);
    written_.push_back({x, numbers_of(x).clone()});
    return written_.back().here;
  }

  at::Tensor returned(const at::Tensor& x) const {
    for (const Written& one : written_) {
      if (one.here.is_same(x)) return one.there;
    }
    return x.defined() ? put(x) : x;
  }

  const c10::OperatorHandle& op_;
  std::vector<Written> written_;
};

void compute(const c10::OperatorHandle& op, torch::jit::Stack* stack) { Call(op).run(stack); }

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) { library.fallback(torch::CppFunction::makeFromBoxedFunction<&compute>()); }

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
  library.impl("empty.memory_format", TORCH_FN(empty));
  library.impl("empty_strided", TORCH_FN(empty_strided));
  library.impl("as_strided", TORCH_FN(at::native::as_strided_tensorimpl));
  library.impl("view", TORCH_FN(at::native::view));
  library.impl("_reshape_alias", TORCH_FN(at::native::_reshape_alias));
  library.impl("resize_", TORCH_FN(resize));
  library.impl("_copy_from", TORCH_FN(copy_from));
}

// One device, one stream, nothing to wait for.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  using Device = c10::Device;
  using Stream = c10::Stream;
  at::DeviceType type() const override { return kPretend; }
  Device exchangeDevice(Device) const override { return {kPretend, 0}; }
  Device getDevice() const override { return {kPretend, 0}; }
  void setDevice(Device) const override {}
  void uncheckedSetDevice(Device) const noexcept override {}
  Stream getStream(Device) const override { return Stream(Stream::DEFAULT, Device(kPretend, 0)); }
  Stream exchangeStream(Stream stream) const override { return stream; }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  void record(void**, const Stream&, const c10::DeviceIndex, const c10::EventFlag) const override {}
  void block(void*, const Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

// What autograd asks of an accelerator.
struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
};

}  // namespace

at::Device pretend_device() {
  static const bool registered = [] {
    at::RegisterPrivateUse1HooksInterface(new Hooks);  // libtorch keeps it
    c10::register_privateuse1_backend("pretended");
    return true;
  }();
  return {kPretend, registered ? c10::DeviceIndex{0} : c10::DeviceIndex{-1}};
}

DeviceTraffic device_traffic() { return {to_device, to_host, scalars_read}; }

}  // namespace flanmoe
