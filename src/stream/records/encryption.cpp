#include "stream/records/encryption.h"

#include "base/check.h"
#include "base/log.h"
#include "stream/limits.h"
#include "stream/store.h"

namespace freshet::stream {

Result<> Encryption::load(const std::vector<WrappedKey>& wrapped) {
    if (auto loaded = keys_.load(); !loaded) return loaded;
    std::vector<WrappedKey> renewed;
    for (const WrappedKey& key : wrapped) {
        // The stream's records stay unreadable until the master key is back; other streams work.
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

io::Task<Result<>> Encryption::start(StreamKey key, std::string key_id) {
    auto held = co_await streams_.change(key);
    if (!held) co_return pass(held);
    Stream stream = held->stream();
    if (stream.data_key != 0 && stream.key_id == key_id) co_return Result<>();
    auto within = streams_.take_change(held->live(), &Live::keys, limits::keys_a_day);
    if (!within) co_return within;
    const std::int64_t id = stream.id;
    auto data_key = co_await pool_.run([this, id] { return keys_.make(id); });
    if (!data_key) co_return pass(data_key);
    auto saved = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        if (auto written = store::insert_key(txn, *data_key); !written) return written;
        stream.data_key = data_key->id;
        stream.key_id = key_id;
        return store::update(txn, stream);
    });
    if (!saved) co_return saved;
    if (auto added = keys_.add(*data_key); !added) co_return added;
    held->stream() = std::move(stream);
    streams_.show_updating(held->live());
    co_return Result<>();
}

io::Task<Result<>> Encryption::stop(StreamKey key) {
    auto held = co_await streams_.change(key);
    if (!held) co_return pass(held);
    Stream stream = held->stream();
    stream.data_key = 0;  // the key stays: what was written with it is read with it
    stream.key_id.clear();
    auto saved = co_await streams_.save(held->live(), std::move(stream));
    if (saved) streams_.show_updating(held->live());
    co_return saved;
}

Result<Bytes> Encryption::encode(const Stream& stream, std::string_view partition_key,
                                 std::string_view data) const {
    if (stream.data_key == 0) return encode_record(partition_key, data);
    const std::string head = sealed_head(stream.data_key);
    auto sealed = keys_.seal(stream.data_key, encode_record(partition_key, data).view(), head);
    if (!sealed) return pass(sealed);
    return Bytes::own(head + *sealed);
}

Result<LogRecord> Encryption::decode(const Bytes& payload) const {
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
