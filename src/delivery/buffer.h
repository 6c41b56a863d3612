// What a delivery stream has read and not delivered yet, how far it is in each partition, and when
// an object is cut from it. Pure: records and times go in, decisions come out; pipe.h acts on them.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "delivery/record_places.h"
#include "delivery/store.h"
#include "delivery/types.h"
#include "log/follow/merge.h"

namespace freshet::delivery {

class RowText;

/// Records that wait for their object, or are on their way into it.
struct Waiting {
    std::vector<Bytes> data;            ///< user records in memory, in the order of reading
    std::shared_ptr<RowText> text;      ///< holds those before them; null: there are none
    std::size_t records = 0;            ///< in both
    RecordPlaces places;                ///< of each of them, if all were taken with their places
    std::vector<Bytes> partition_keys;  ///< one of each, or none
    std::vector<CutRange> ranges;       ///< that they came from, in the order of the first record
    std::uint64_t bytes = 0;            ///< of all
    std::uint64_t text_bytes = 0;       ///< of those that are not in memory
    std::optional<Timestamp> oldest;

    std::uint64_t held_bytes() const { return bytes - text_bytes; }
};

/// Of each partition: delivered <= read. What is before `delivered` is in objects, what is between
/// the two waits here, was cut off, or had nothing to deliver.
class Buffer {
  public:
    explicit Buffer(log::Positions positions)
        : delivered_(positions), read_(std::move(positions)) {}

    /// The next record to read.
    log::Ordinal position(log::PartitionId partition) const;
    /// The record at the partition's position, or after it when those before are gone. `data`: its
    /// user records, which are moved out. One without data moves the position alone: what is
    /// delivered may stay before it.
    void take(const Origin& origin, std::vector<Bytes>& data, const Destination& destination);
    /// The same for a destination with stages, which need the place that each user record came
    /// from. `keys`: their partition keys, or none.
    void take_placed(const Origin& origin, std::vector<Bytes>& data, std::vector<Bytes>& keys,
                     const Destination& destination);

    /// What is done next.
    struct Next {
        bool cuts = false;  ///< an object of everything that waits
        /// Else: when it would be cut if nothing came; nothing while nothing waits.
        std::optional<Timestamp> looks_at{};
    };
    Next next(const Destination& destination, Timestamp now) const;
    /// No more is read before an object is cut.
    bool is_full(const Destination& destination) const;
    /// About as many bytes can be read until it is full. It is not full.
    std::size_t room(const Destination& destination) const;

    /// What waits becomes a cut of its own: the records that follow are of the next one.
    Waiting cut_off();
    /// What waits is to be read again.
    void give_back();
    /// What waits in memory, moved out: it waits in `text` from now on, with what does already.
    std::vector<Bytes> move_to(std::shared_ptr<RowText> text);
    /// What was cut off and not delivered is to be read again as well.
    void begin_again();
    /// After a restart: the buffer is to hold the records of `cut` and no others.
    void begin_again(const Cut& cut);
    /// Records before `next` are gone from the source.
    void skip(log::PartitionId partition, log::Ordinal next);
    /// The object of `cut` is in the lake: the oldest that was cut off and not delivered.
    void delivered(const Cut& cut);

    const Waiting& waiting() const { return waiting_; }
    std::uint64_t bytes() const { return waiting_.bytes; }
    std::size_t records() const { return waiting_.records; }
    std::optional<Timestamp> oldest() const { return waiting_.oldest; }
    /// For people.
    std::map<std::uint64_t, Place> places() const;

  private:
    log::Positions delivered_, read_;
    Waiting waiting_;
};

/// The cut of what waits. Its key follows from the stream, its version, the oldest record and the
/// first position of each partition, so that the same records always make the same object.
Cut make_cut(const Waiting& waiting, const DeliveryStream& stream);

}  // namespace freshet::delivery
