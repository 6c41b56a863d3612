// The calls of the function that transforms the records of a cut: in batches, some at once, again
// when a call fails.
#pragma once
#include <span>

#include "delivery/stages/stages.h"
#include "delivery/stages/transform.h"

namespace freshet::delivery {

/// run() once. What it is made with must outlive it.
class TransformCalls {
  public:
    TransformCalls(StageParts parts, const DeliveryStream& stream, Transformation transformation)
        : parts_(parts),
          stream_(stream),
          transformation_(std::move(transformation)),
          ended_(parts.home),
          scope_(parts.home) {}
    /// The items of `flow` become what the function makes of them, in their order.
    /// Errc::cancelled when the server stops.
    io::Task<Result<>> run(Flow& flow);

  private:
    struct Batch {
        std::size_t first = 0, end = 0;  ///< of the flow's items
        std::vector<Transformed> made;   ///< or:
        StageProblem problem;
        int attempts = 0;
        Timestamp ended;
        std::vector<Measurement> measured = {};  ///< of each attempt
    };
    std::vector<Batch> batches_of(const std::vector<Item>& items) const;
    io::Task<void> call(const Flow& flow, Batch& batch);
    Bytes event_of(std::span<const Item> items) const;
    void apply(const std::vector<Batch>& batches, Flow& flow) const;

    StageParts parts_;
    const DeliveryStream& stream_;
    const Transformation transformation_;
    bool is_cancelled_ = false;
    io::Signal ended_;
    io::Scope scope_;
};

}  // namespace freshet::delivery
