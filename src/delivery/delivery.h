// The delivery service (Firehose): delivery streams, their records, their objects. One home core.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "delivery/errors.h"
#include "delivery/pipe.h"
#include "delivery/ports.h"
#include "delivery/quotas/quotas.h"
#include "delivery/types.h"
#include "io/turn.h"

namespace freshet::delivery {

inline constexpr const char* throttled_words = "Slow down.";  ///< AWS's

/// Life: load() before the core runs, start() once, then calls on the home core in any order;
/// stop() completes when no delivery is under way: only then may the parts go. What is not
/// delivered then stays in the log for the next start. Pointers from find() and list() are good
/// until the caller waits. A change completes when it is durable.
class Deliveries {
  public:
    explicit Deliveries(Pipe::Parts parts) : parts_(parts), changing_(parts.home) {}
    ~Deliveries();
    Result<> load();
    void start();
    io::Task<void> stop();
    io::Core& home() { return parts_.home; }

    /// `source_arn`: empty for DirectPut. Reads a Kinesis stream from its end, as AWS does.
    io::Task<Result<>> create(DeliveryKey key, Destination destination,
                              std::optional<KinesisSource> source,
                              std::map<std::string, std::string> tags);
    io::Task<Result<>> remove(DeliveryKey key);
    Result<const DeliveryStream*> find(const DeliveryKey& key) const;
    std::vector<const DeliveryStream*> list(const Home& home, const std::string& after) const;
    std::vector<DeliveryKey> keys() const;
    io::Task<Result<>> update(DeliveryKey key, int version, Destination destination);
    /// Sets the tags of `set`, then removes those named in `removed`.
    io::Task<Result<>> change_tags(DeliveryKey key, std::map<std::string, std::string> set,
                                   std::vector<std::string> removed);

    enum class PutVerb { record, batch };
    /// The first `taken` records are kept, with numbers from `first` on; the others were too many.
    struct Put {
        log::Ordinal first = 0;
        std::size_t taken = 0;
    };
    /// Durable when it completes. With AWS's limits Errc::throttled, when no record is taken.
    io::Task<Result<Put>> put(DeliveryKey key, std::vector<Bytes> records, PutVerb verb);
    /// With AWS's limits: whether an account may call `operation` now.
    bool take_call(std::string_view operation, const Home& home);
    /// With AWS's limits, of a stream that records are put into directly.
    std::optional<PutQuota> quota(const DeliveryKey& key) const;
    /// For siblings: also into streams that read from Kinesis, and once however often it is called
    /// with `token`.
    io::Task<Result<>> append(DeliveryKey key, std::vector<Bytes> records, log::Token token);
    /// The same as one batch, for those who append it with something else: sealed when the stream's
    /// encryption is on. Errc::unavailable.
    Result<log::Append> batch_of(const DeliveryStream& stream, std::vector<Bytes> records) const;
    /// Encryption at rest, of what is put after it completes. `key_arn`: "" for a key that AWS
    /// owns.
    io::Task<Result<>> start_sealing(DeliveryKey key, std::string key_arn);
    io::Task<Result<>> stop_sealing(DeliveryKey key);
    Result<Figures> figures(const DeliveryKey& key) const;
    /// What a stream measured since the last time; its gauges beside it.
    std::vector<Measured> take_measured(const DeliveryKey& key);
    /// The time from the last record that was read of its Kinesis stream to the newest.
    Millis behind(const DeliveryKey& key) const;
    /// By partition of its source; empty when there is no such delivery stream.
    std::map<std::uint64_t, Place> places(const DeliveryKey& key) const;

  private:
    io::Task<Result<>> save(DeliveryStream changed);
    /// After it is durable: the pipe goes by it.
    void take_change(DeliveryStream changed);
    io::Task<Result<>> check(DeliveryKey key, Destination destination,
                             std::map<std::string, std::string> tags);
    /// Of a destination that converts: its table is there, and its rows can be written.
    io::Task<Result<>> check_schema(DeliveryKey key, Destination destination,
                                    std::map<std::string, std::string> tags);
    /// At the start. A stream whose key is not there waits; the others work.
    void take_key(const DeliveryStream& stream);
    Result<> throttle(const DeliveryStream& stream, std::vector<Bytes>& records);
    /// With AWS's limits: Errc::limit. The caller stores the stream, which remembers it.
    Result<> take_sealing_call(DeliveryStream& stream) const;
    Pipe::Parts parts_;
    io::Turn changing_;  ///< a change reads a delivery stream, waits, and writes it
    Ahead ahead_;
    Quotas quotas_;
    std::map<DeliveryKey, std::unique_ptr<Pipe>> pipes_;
};

}  // namespace freshet::delivery
