#include "record/kpl.h"

#include <algorithm>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/crypto/md5_lanes.h"
#include "record/protobuf.h"

namespace freshet::record {
namespace {

using protobuf::Field;
using protobuf::Wire;

constexpr std::string_view magic = "\xF3\x89\x9A\xC2";
constexpr std::size_t digest_bytes = 16;
constexpr std::size_t key_bytes_max = 256;  ///< of what is made here: AWS takes 256 characters
/// 256 characters of four bytes. Who copies the key of each user record would need gigabytes for a
/// record of a MiB otherwise.
constexpr std::size_t read_key_bytes_max = 1024;

std::string_view text_of(const Md5& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// What is between the magic and the checksum.
std::string_view message_of(std::string_view aggregate) {
    FRESHET_CHECK(aggregate.size() > magic.size() + digest_bytes);  // is_framed() was asked
    return aggregate.substr(magic.size(), aggregate.size() - magic.size() - digest_bytes);
}

struct Parts {
    std::vector<std::string_view> keys, hash_keys, records;
};

bool read_parts(std::string_view message, Parts& parts) {
    ByteReader in(message);
    while (!in.is_at_end()) {
        Field field;
        if (!read_field(in, field)) return false;
        if (field.is(3, Wire::bytes)) {
            parts.records.push_back(field.bytes);
            continue;
        }
        if (field.bytes.size() > read_key_bytes_max) return false;
        if (field.is(1, Wire::bytes))
            parts.keys.push_back(field.bytes);
        else if (field.is(2, Wire::bytes))
            parts.hash_keys.push_back(field.bytes);
    }
    return true;
}

bool read_record(std::string_view text, const Parts& parts, UserRecord& record) {
    ByteReader in(text);
    bool has_key = false, has_data = false;
    while (!in.is_at_end()) {
        Field field;
        if (!read_field(in, field)) return false;
        if (field.is(1, Wire::varint)) {
            if (field.value >= parts.keys.size()) return false;
            record.partition_key = parts.keys[field.value];
            has_key = true;
        } else if (field.is(2, Wire::varint)) {
            if (field.value >= parts.hash_keys.size()) return false;
            record.explicit_hash_key = parts.hash_keys[field.value];
        } else if (field.is(3, Wire::bytes)) {
            record.data = field.bytes;
            has_data = true;
        }
    }
    return has_key && has_data;
}

/// There is a message between magic and checksum. An empty frame is not an aggregate: it would hold
/// no record, and an acknowledged record would be lost.
bool may_be_framed(std::string_view data) {
    return data.size() > magic.size() + digest_bytes && data.starts_with(magic);
}

/// And the checksum matches it.
bool is_framed(std::string_view data) {
    return may_be_framed(data) && data.ends_with(text_of(md5(message_of(data))));
}

std::optional<std::vector<UserRecord>> read_message(std::string_view data) {
    Parts parts;
    if (!read_parts(message_of(data), parts) || parts.records.empty()) return std::nullopt;
    std::vector<UserRecord> records(parts.records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!read_record(parts.records[i], parts, records[i])) return std::nullopt;
    }
    FRESHET_CHECK(!records.empty());  // no record ever becomes none
    return records;
}

}  // namespace

bool is_aggregate(std::string_view data) { return deaggregate(data).has_value(); }

std::optional<std::vector<UserRecord>> deaggregate(std::string_view data) {
    if (!is_framed(data)) return std::nullopt;
    return read_message(data);
}

std::vector<std::optional<std::vector<UserRecord>>> deaggregate_each(
    std::span<const std::string_view> all) {
    std::vector<std::optional<std::vector<UserRecord>>> made(all.size());
    std::vector<std::size_t> framed;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (may_be_framed(all[i])) framed.push_back(i);
    }
    // Those of about one size are hashed together.
    std::ranges::sort(framed, {}, [&](std::size_t i) { return all[i].size(); });
    for (std::span<const std::size_t> left = framed; !left.empty();) {
        const auto some = left.first(std::min(left.size(), Md5Stream::lanes));
        left = left.subspan(some.size());
        std::vector<Md5Stream> streams(some.size());
        std::vector<Md5Stream::Next> next;
        for (std::size_t i = 0; i < some.size(); ++i)
            next.push_back({&streams[i], message_of(all[some[i]])});
        Md5Stream::update_all(next);
        for (std::size_t i = 0; i < some.size(); ++i) {
            const std::string_view data = all[some[i]];
            if (data.ends_with(streams[i].finish())) made[some[i]] = read_message(data);
        }
    }
    return made;
}

void Aggregator::add(std::string_view partition_key, std::string_view data) {
    partition_key = partition_key.substr(0, key_bytes_max);
    auto found = std::ranges::find(keys_, partition_key);
    const auto index = static_cast<std::uint64_t>(found - keys_.begin());
    if (found == keys_.end()) {
        keys_.emplace_back(partition_key);
        protobuf::put_field(tables_, 1, partition_key);
    }
    if (count_++ == 0) first_key_ = std::string(partition_key);
    std::string record;
    protobuf::put_field(record, 1, index);
    protobuf::put_field(record, 3, data);
    protobuf::put_field(records_, 3, record);
}

std::size_t Aggregator::size() const {
    return magic.size() + tables_.size() + records_.size() + digest_bytes;
}

std::string Aggregator::finish() {
    // What is_framed() and deaggregate() ask for: at least one record, each under a key of the
    // table.
    FRESHET_CHECK(count_ > 0);
    FRESHET_CHECK(!keys_.empty() && keys_.size() <= count_);
    const std::size_t promised = size();
    const std::string message = tables_ + records_;
    std::string out(magic);
    out.append(message).append(text_of(md5(message)));
    FRESHET_CHECK(out.size() == promised);
    *this = {};
    return out;
}

}  // namespace freshet::record
