// Sequence numbers in the layout that AWS's have (47 hexadecimal digits, shown in decimal; spec:
// kinesalite's analysis): 2 | shard created, s (9) | low nibble of shard (1) | number (16) | 00 |
// arrival, s (9) | shard (8) | 2.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "stream/types.h"

namespace freshet::stream {

struct SequenceParts {
    std::int64_t created_s = 0;
    std::uint64_t ordinal = 0;
    std::int64_t arrival_s = 0;
    std::uint32_t shard = 0;
    bool is_continuation = false;  ///< lies after the record of that number, and before the next
};

/// The ordinal in the number that a closed shard ends with.
inline constexpr std::uint64_t last_ordinal = 0x7fffffffffffffff;

/// The number of a record. Those of a shard count from 1: its StartingSequenceNumber has 0, so that
/// AFTER_SEQUENCE_NUMBER with it means all of them.
std::string record_number(std::int64_t created_s, std::uint32_t shard, log::Ordinal ordinal,
                          Timestamp arrival);
/// The numbers of records that follow one another in one append: each is the one before plus 2^80,
/// which is added to the decimal digits.
class RecordNumbers {
  public:
    RecordNumbers(std::int64_t created_s, std::uint32_t shard, log::Ordinal first,
                  Timestamp arrival)
        : number_(record_number(created_s, shard, first, arrival)) {}
    std::string next();

  private:
    std::string number_;
    bool has_begun_ = false;
};
/// Continues at `next`, with AT_ and with AFTER_SEQUENCE_NUMBER. Grows with `at` when nothing
/// comes.
std::string continuation_number(const Shard& shard, log::Ordinal next, Timestamp at);

std::string make_sequence_number(const SequenceParts& parts);
/// Nothing when `text` is not of that layout.
std::optional<SequenceParts> parse_sequence_number(std::string_view text);

/// What a number of any version that AWS has had says: 0 has 32 hexadecimal digits, or fewer
/// without the first; 1 and 2 have 47 and end in their version.
struct AnyVersion {
    int version = 2;
    std::int64_t created_s = 0, arrival_s = 0;
    std::int64_t shard = 0;  ///< negative when its highest bit is set, which AWS takes for a sign
};
/// Nothing when no version has such a number, or its time is past all that AWS takes.
std::optional<AnyVersion> parse_any_version(std::string_view text);

/// The sequence number that a shard begins with, and the one that a closed shard ends with.
std::string first_sequence_number(const Shard& shard);
std::string last_sequence_number(const Shard& shard);

/// "shardId-000000000003"
std::string shard_name(std::int64_t index);
/// Takes what follows the last '-': "shardId-000000000003", "shardId-3", "any-3" and "3", as
/// AWS does.
std::optional<std::uint32_t> parse_shard_name(std::string_view text);

}  // namespace freshet::stream
