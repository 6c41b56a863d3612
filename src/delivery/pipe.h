// The work of one delivery stream: reads its source, buffers by size and time, and makes objects,
// each once. buffer.h decides what is read and when an object is cut; this is the loop that acts on
// it. While cuts are staged the next ones are read; they are published in their order.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <span>

#include "base/retry.h"
#include "delivery/buffer.h"
#include "delivery/conversion/convert.h"
#include "delivery/limits.h"
#include "delivery/metrics/meter.h"
#include "delivery/objects_of.h"
#include "delivery/ports.h"
#include "delivery/sealing/seals.h"
#include "delivery/stages/stages.h"
#include "delivery/store.h"
#include "delivery/types.h"
#include "delivery/work.h"
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
        Converter& converter;
        std::size_t partitions_max = limits::partitions_max;  ///< active ones of a delivery stream
        bool has_aws_limits = false;                          ///< refuses at AWS's default quotas
    };
    Pipe(Parts parts, store::Loaded loaded, Ahead& ahead);
    ~Pipe();
    void start();
    io::Task<void> stop();

    const DeliveryStream& stream() const { return stream_; }
    /// What is not cut yet goes by the new destination; a cut on its way does from its next try on.
    void change(DeliveryStream stream);
    Figures figures() const;
    Meter& meter() { return meter_; }
    /// The time from the last record that was read of a shard to its newest: the longest of all.
    Millis behind() const;
    void count_put(std::size_t records, std::size_t bytes);
    /// By partition.
    std::map<std::uint64_t, Place> places() const { return buffer_.places(); }

  private:
    io::Task<void> run();
    // --- reading
    io::Task<Result<>> read_on();
    bool may_read() const;
    bool may_cut() const;
    io::Task<Result<>> fill();
    io::Task<Result<>> fill_from(log::PartitionId partition);
    io::Task<Result<>> read_again(Work& work);
    io::Task<Result<>> refill(const Cut& cut);
    Result<> take_all(log::PartitionId partition, std::span<const log::Record> records,
                      bool ends_when_full);
    /// `keys`: of the user records in `taken_`, or none.
    void take(log::PartitionId partition, const log::Record& record, std::vector<Bytes>& keys);
    /// Appends the user records of records of the source. After an error those before it are there.
    Result<> unpack(log::PartitionId partition, std::span<const log::Record> records,
                    Unpacked& users);
    /// Its records need not be in memory: they are only converted.
    bool waits_as_text() const;
    /// What waits in memory goes to the text of its cut, where it waits for its conversion.
    io::Task<Result<>> move_to_text();
    bool has_stages() const;
    // --- cuts on their way
    void begin_work();
    io::Task<void> bring(Work& work);
    io::Task<Result<>> stage(Work& work);
    io::Task<Result<>> draft(Work& work);
    io::Task<Result<Flow>> run_stages(Work& work, const Plan& plan);
    /// Runs the stages over what waits, and drafts what they make.
    io::Task<Result<std::vector<Draft>>> run_through_stages(Work& work, Plan plan, CutNames names);
    /// What waits becomes one columnar file.
    io::Task<Result<std::vector<Draft>>> convert_waiting(const Work& work, CutNames names);
    /// Each portion becomes columnar files.
    io::Task<Result<>> convert_portions(const DeliveryStream& stream, CutNames names,
                                        const Flow& flow, const std::vector<Portion>& portions,
                                        std::vector<Draft>& drafts);
    io::Task<Result<>> convert_groups(const DeliveryStream& stream, CutNames names,
                                      std::vector<RowGroup> groups, FailedRecords& failed,
                                      std::vector<Draft>& drafts);
    /// To the HTTP endpoint; what it does not take becomes failures.
    io::Task<Result<>> send(const DeliveryStream& stream, CutNames names, Flow& flow);
    /// The bytes of all objects, durable but not visible. Some may be staged when it fails.
    io::Task<Result<>> stage_all(Work& work);
    /// Of a file.
    io::Task<Result<Written>> adopt(const Draft& draft, objects::Encryption encryption);
    /// The oldest cuts, as many as are staged.
    io::Task<void> publish_staged();
    /// The objects become visible and the positions move in one transaction: none without the
    /// others.
    io::Task<Result<>> publish(std::size_t count);
    io::Task<void> finish(std::size_t count);
    void note_failure(const Error& error);
    /// A try failed: all cuts begin again, after a rest, and by the present destination.
    io::Task<void> settle();
    io::Task<void> discard_staged();
    void restart_works();
    void count_delivered(const Work& work);
    void measure_object(const Work& work, const Written& one);
    bool is_inbox(log::PartitionId partition) const;
    io::Task<void> trim_inbox(log::PartitionId inbox, log::Ordinal before);
    io::Task<void> back_off(const Error& error);
    /// One try that failed, into CloudWatch Logs when the destination asks for it.
    void log_failure(const Error& error);

    Parts parts_;
    Ahead& ahead_;
    DeliveryStream stream_;
    Buffer buffer_;
    int version_;               ///< of the destination by which the buffer was filled
    std::vector<Bytes> taken_;  ///< of the record at hand; kept for its memory
    std::deque<std::unique_ptr<Work>> works_;  ///< in the order of their records
    std::optional<Error> failure_;             ///< of one of them
    bool is_publishing_ = false;
    Figures figures_;
    Meter meter_;
    std::map<std::uint64_t, Timestamp> last_read_;  ///< arrival, by partition
    Retry retry_{limits::retry_first, limits::retry_max};
    log::Follower follower_;
    io::Signal wake_;  ///< of a request to an HTTP endpoint, when it ends or the pipe stops
    io::Scope scope_, bringing_;
};

}  // namespace freshet::delivery
