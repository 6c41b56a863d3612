// The work of one delivery stream: reads its source, buffers by size and time, and makes objects,
// each once. buffer.h decides what is read and when an object is cut; this is the loop that acts on
// it.
#pragma once
#include <memory>

#include "base/retry.h"
#include "delivery/buffer.h"
#include "delivery/limits.h"
#include "delivery/objects_of.h"
#include "delivery/ports.h"
#include "delivery/sealing/seals.h"
#include "delivery/stages/stages.h"
#include "delivery/store.h"
#include "delivery/types.h"
#include "log/follow/follower.h"
#include "objects/objects.h"

namespace freshet::delivery {

/// start() once, then stop() once, which joins; not to be destroyed in between. Home core: that of
/// Deliveries. When stop() completes nothing of it runs; what it had read and not delivered is
/// still in its source.
class Pipe {
  public:
    /// All of them must outlive the pipe.
    struct Parts {
        io::Core& home;
        meta::Database& database;
        log::Log& log;
        objects::Objects& objects;
        io::Pool& pool;
        StreamSource& source;
        Functions& functions;
        KeyExtractor& extractor;
        Seals& seals;
        PartitionRegistry& registry;
        std::size_t partitions_max = limits::partitions_max;  ///< active ones of a delivery stream
    };
    Pipe(Parts parts, store::Loaded loaded);
    ~Pipe();
    void start();
    io::Task<void> stop();

    const DeliveryStream& stream() const { return stream_; }
    /// The next object goes by the new destination.
    void change(DeliveryStream stream);
    Figures figures() const;
    void count_put(std::size_t records, std::size_t bytes);
    /// By partition.
    std::map<std::uint64_t, Place> places() const { return buffer_.places(); }

  private:
    io::Task<void> run();
    io::Task<Result<>> fill();
    io::Task<Result<>> fill_from(log::PartitionId partition);
    io::Task<Result<>> refill(const Cut& cut);
    Result<> take(log::PartitionId partition, const log::Record& record);
    bool has_stages() const;
    /// A cut on its way into the lake. What the stages made is kept over tries that the destination
    /// refuses, so that a function is not called again.
    struct Work {
        Cut cut;
        bool is_read = true;  ///< its records wait in the buffer
        int version = 0;      ///< of the destination that `drafts` were made for; 0: of none
        std::vector<Draft> drafts = {};
    };
    io::Task<Result<>> deliver(Work& work);
    io::Task<Result<>> draft(Work& work);
    /// Runs the stages over what waits.
    io::Task<Result<std::vector<Draft>>> run_through_stages(Plan plan, CutNames names);
    /// To the HTTP endpoint; what it does not take becomes failures.
    io::Task<Result<>> send(const DeliveryStream& stream, CutNames names, Flow& flow);
    Flow flow_of_waiting() const;
    struct Written {
        const Draft* draft = nullptr;
        objects::Staged staged;
    };
    /// The bytes of all objects, durable but not visible. Some may be staged when it fails.
    io::Task<Result<>> stage_all(const std::vector<Draft>& drafts, std::vector<Written>& written);
    io::Task<Result<objects::Staged>> stage(const Draft& draft);
    /// The objects become visible and the positions move in one transaction: none without the
    /// others.
    io::Task<Result<>> publish(const Cut& cut, const std::vector<Written>& written);
    void count_delivered(const std::vector<Written>& written);
    bool is_inbox(log::PartitionId partition) const;
    io::Task<void> trim_inbox(log::PartitionId inbox, log::Ordinal before);
    io::Task<void> back_off(const Error& error);
    /// One try that failed, into CloudWatch Logs when the destination asks for it.
    void log_failure(const Error& error);

    Parts parts_;
    DeliveryStream stream_;
    Buffer buffer_;
    std::vector<Bytes> taken_;  ///< of the record at hand; kept for its memory
    std::optional<Work> work_;
    Figures figures_;
    Retry retry_{limits::retry_first, limits::retry_max};
    log::Follower follower_;
    io::Signal wake_;  ///< of a request to an HTTP endpoint, when it ends or the pipe stops
    io::Scope scope_;
};

}  // namespace freshet::delivery
