#include "stream/iterator.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/digest.h"
#include "log/frame.h"
#include "stream/errors.h"
#include "stream/limits.h"

namespace freshet::stream {
namespace {

constexpr char version = 1;
constexpr std::size_t signed_bytes = 29, mac_bytes = 16;

std::string mac_of(std::string_view key, std::string_view text) {
    const Sha256 digest = hmac_sha256(key, text);
    return {reinterpret_cast<const char*>(digest.data()), mac_bytes};
}

std::string java_time(Timestamp time) {
    return fmt::format("{:%a %b %d %H:%M:%S UTC %Y}", fmt::gmtime(to_epoch_ms(time) / 1000));
}

}  // namespace

std::string seal_iterator(const Iterator& iterator, std::string_view key) {
    std::string text(1, version);
    log::put_number(text, iterator.stream_id);
    log::put_number(text, iterator.shard);
    log::put_number(text, iterator.ordinal);
    log::put_number(text, to_epoch_ms(iterator.issued));
    text += mac_of(key, text);
    return base64_encode(text);
}

Result<Iterator> open_iterator(std::string_view text, std::string_view key, Timestamp now) {
    std::string raw;
    const bool ours = base64_decode(text, raw) && raw.size() == signed_bytes + mac_bytes && raw[0] == version &&
                      mac_of(key, std::string_view(raw).substr(0, signed_bytes)) == std::string_view(raw).substr(signed_bytes);
    if (!ours) return fail(Errc::invalid_argument, "Invalid ShardIterator.");
    Iterator iterator{log::get_number<std::int64_t>(raw, 1), log::get_number<std::uint32_t>(raw, 9),
                      log::get_number<std::uint64_t>(raw, 13), from_epoch_ms(log::get_number<std::int64_t>(raw, 21))};
    if (now - iterator.issued > limits::iterator_life) {
        return fail(Errc::expired_iterator,
                    fmt::format("Iterator expired. The iterator was created at time {} while right now it is {} which is further in the "
                                "future than the tolerated delay of {} milliseconds.",
                                java_time(iterator.issued), java_time(now), limits::iterator_life.count()));
    }
    return iterator;
}

}  // namespace freshet::stream
