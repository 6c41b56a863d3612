// The work of one delivery stream: reads its source, buffers by size and time, and makes objects,
// each once. buffer.h decides what is read and when an object is cut; this is the loop that acts on
// it.
#pragma once
#include <memory>

#include "base/retry.h"
#include "delivery/buffer.h"
#include "delivery/limits.h"
#include "delivery/ports.h"
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
    io::Task<Result<>> refill(Cut cut);
    Result<> take(log::PartitionId partition, const log::Record& record);
    io::Task<Result<>> deliver(Cut cut);
    /// The bytes of everything that waits, as the object has them, durable but not visible.
    io::Task<Result<objects::Staged>> stage(const Destination& destination);
    /// The object becomes visible and the positions move in one transaction: neither without the
    /// other.
    io::Task<Result<>> publish(const Cut& cut, const Destination& destination,
                               const objects::Staged& staged);
    void count_delivered(const Cut& cut, std::uint64_t bytes);
    io::Task<void> trim_inbox(log::Ordinal before);
    io::Task<void> back_off(const Error& error);
    /// One try that failed, into CloudWatch Logs when the destination asks for it.
    void log_failure(const Error& error);

    Parts parts_;
    DeliveryStream stream_;
    Buffer buffer_;
    std::vector<Bytes> taken_;       ///< of the record at hand; kept for its memory
    std::optional<Cut> unfinished_;  ///< of before the restart
    Figures figures_;
    Retry retry_{limits::retry_first, limits::retry_max};
    log::Follower follower_;
    io::Scope scope_;
};

}  // namespace freshet::delivery
