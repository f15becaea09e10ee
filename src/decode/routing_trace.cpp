#include "decode/routing_trace.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "model/forward.h"
#include "model/forward_parts.h"
#include "tensor/batch.h"

namespace flanmoe {

std::vector<MoeTokens> trace_routing(const T5Model& model, const std::vector<int32_t>& source,
                                     const std::vector<int32_t>& answer) {
  const at::NoGradGuard no_gradients;
  TokenBatch batch;
  batch.source_ids = pad_ids({source}).to(model.device());
  batch.target_ids = pad_ids({answer}).to(model.device());
  batch.source_segments = at::ones_like(batch.source_ids);  // a generated 0 is a token as any other
  batch.target_segments = at::ones_like(batch.target_ids);
  ForwardOptions call;
  call.collect_tokens = true;
  if (model.options().decoder_only) {
    call.capacity = NoLimit{};
    return forward(model, batch, call).tokens;
  }
  RouterReports reports;
  const at::Tensor memory = encode(model, batch.source_ids, batch.source_segments, call, reports);
  call.capacity = NoLimit{};
  decode_targets(model, batch, memory, call, reports);
  return reports.tokens;
}

}  // namespace flanmoe
