// Encryption at rest: records that are put while a stream's encryption is on are sealed with its
// data key before they reach the log. Readers open each record by the key that it names.
#include <fmt/format.h>

#include "base/log.h"
#include "log/frame.h"
#include "stream/limits.h"
#include "stream/live/live.h"
#include "stream/records/record.h"
#include "stream/stream.h"

namespace freshet::stream {

Result<> Streams::load_keys(const std::vector<WrappedKey>& wrapped) {
    if (auto loaded = keys_.load(); !loaded) return loaded;
    std::vector<WrappedKey> renewed;
    for (const WrappedKey& key : wrapped) {
        // The stream's records stay unreadable until the master key is back; the others go on.
        if (auto added = keys_.add(key); !added)
            log_error("stream", "a key is not available",
                      {{"stream", key.stream}, {"reason", added.error().message()}});
        if (auto one = keys_.rewrap(key)) renewed.push_back(std::move(*one));
    }
    if (renewed.empty()) return {};
    log_info("stream", "keys wrapped by the newest master key", {{"count", renewed.size()}});
    return database_.write_now([&](meta::Txn& txn) -> Result<> {
        for (const WrappedKey& key : renewed) {
            if (auto written = store::rewrap_key(txn, key); !written) return written;
        }
        return {};
    });
}

io::Task<Result<>> Streams::start_encryption(StreamKey key, std::string key_id) {
    auto held = co_await change(key);
    if (!held) co_return pass(held);
    Stream stream = held->stream();
    if (stream.data_key != 0 && stream.key_id == key_id) co_return Result<>();
    auto within = take_change(key, held->live().keys, limits::keys_a_day);
    if (!within) co_return within;
    const std::int64_t id = stream.id;
    auto made = co_await pool_.run([this, id] { return keys_.make(id); });
    if (!made) co_return pass(made);
    auto saved = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        if (auto written = store::insert_key(txn, *made); !written) return written;
        stream.data_key = made->id;
        stream.key_id = key_id;
        return store::update(txn, stream);
    });
    if (!saved) co_return saved;
    if (auto added = keys_.add(*made); !added) co_return added;
    held->stream() = std::move(stream);
    show_updating(held->live());
    co_return Result<>();
}

io::Task<Result<>> Streams::stop_encryption(StreamKey key) {
    auto held = co_await change(key);
    if (!held) co_return pass(held);
    Stream stream = held->stream();
    stream.data_key = 0;  // the key stays: what was written with it is read with it
    stream.key_id.clear();
    auto saved = co_await save(held->live(), std::move(stream));
    if (saved) show_updating(held->live());
    co_return saved;
}

Result<Bytes> Streams::encode(const Stream& stream, std::string_view partition_key,
                              std::string_view data) const {
    if (stream.data_key == 0) return encode_record(partition_key, data);
    const std::string head = sealed_head(stream.data_key);
    auto sealed = keys_.seal(stream.data_key, encode_record(partition_key, data).view(), head);
    if (!sealed) return pass(sealed);
    return Bytes::own(head + *sealed);
}

Result<LogRecord> Streams::decode(const Bytes& payload) const {
    const auto key = sealed_with(payload);
    if (!key) return decode_record(payload);
    const std::string_view view = payload.view();
    auto plain =
        keys_.open(*key, view.substr(sealed_head_bytes), view.substr(0, sealed_head_bytes));
    if (!plain) return pass(plain);
    auto record = decode_record(Bytes::own(std::move(*plain)));
    if (record) record->is_encrypted = true;
    return record;
}

}  // namespace freshet::stream
