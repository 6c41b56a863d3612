// The work of one delivery stream: reads its source, buffers by size and time, and makes objects,
// each once. Home core: that of Deliveries. start(), then stop(), which joins.
#pragma once
#include <memory>

#include "base/retry.h"
#include "delivery/limits.h"
#include "delivery/ports.h"
#include "delivery/store.h"
#include "delivery/types.h"
#include "log/follow/follower.h"
#include "objects/objects.h"

namespace freshet::delivery {

class Pipe {
  public:
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
    std::map<std::uint64_t, Place> places() const;

  private:
    /// One record on its way, and where it came from.
    struct Waiting {
        log::PartitionId partition;
        log::Ordinal ordinal;
        Timestamp arrival;
        std::vector<Bytes> data;
    };
    io::Task<void> run();
    io::Task<Result<>> fill();
    io::Task<Result<>> fill_from(log::PartitionId partition);
    io::Task<Result<>> refill(Cut cut);
    Result<> take(log::PartitionId partition, const log::Record& record);
    bool is_full() const;
    bool is_due() const;
    void count_waiting(const Waiting& waiting);
    Timestamp due_at() const;
    Cut make_cut() const;
    io::Task<Result<>> deliver(Cut cut);
    std::shared_ptr<io::BodyReader> content(std::size_t count) const;
    io::Task<void> back_off(const Error& error);
    /// One try that failed, into CloudWatch Logs when the destination asks for it.
    void log_failure(const Error& error);

    Parts parts_;
    DeliveryStream stream_;
    std::map<std::uint64_t, log::Ordinal> cursors_;  ///< delivered before these
    std::map<std::uint64_t, log::Ordinal> read_;     ///< read before these
    std::optional<Cut> unfinished_;                  ///< of before the restart
    std::vector<Waiting> buffer_;
    std::uint64_t buffer_bytes_ = 0;
    std::size_t buffer_records_ = 0;
    Figures figures_;
    Retry retry_{limits::retry_first, limits::retry_max};
    log::Follower follower_;
    io::Scope scope_;
};

}  // namespace freshet::delivery
