#include "stream/records/iterator.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/byte_codec.h"
#include "base/check.h"
#include "base/crypto/digest.h"
#include "stream/errors.h"
#include "stream/limits.h"

namespace freshet::stream {
namespace {

constexpr std::string_view version("\0\0\0\0\0\0\0\1", 8);
constexpr std::size_t fixed_bytes = 36, mac_bytes = 16, block_bytes = 16;

std::string mac_of(std::string_view key, std::string_view text) {
    const Sha256 digest = hmac_sha256(key, text);
    return {reinterpret_cast<const char*>(digest.data()), mac_bytes};
}

std::string java_time(Timestamp time) {
    return fmt::format("{:%a %b %d %H:%M:%S UTC %Y}", fmt::gmtime(to_epoch_ms(time) / 1000));
}

}  // namespace

std::string seal_iterator(const Iterator& iterator, std::string_view key) {
    std::string text(version);
    put_number(text, iterator.stream_id);
    put_number(text, iterator.shard);
    put_number(text, iterator.ordinal);
    put_number(text, to_epoch_ms(iterator.issued));
    FRESHET_CHECK(text.size() == fixed_bytes);  // open_iterator() reads the fields at these places
    text += iterator.account + '/' + iterator.stream;
    while (text.size() % block_bytes != block_bytes / 2) text += '\0';
    text += mac_of(key, text);
    return base64_encode(text);
}

Result<Iterator> open_iterator(std::string_view text, std::string_view key, Timestamp now) {
    std::string raw;
    const bool has_form = base64_decode(text, raw) && raw.size() > fixed_bytes + mac_bytes &&
                          raw.starts_with(version);
    const std::string_view sealed =
        std::string_view(raw).substr(0, has_form ? raw.size() - mac_bytes : 0);
    const bool is_ours =
        has_form && mac_of(key, sealed) == std::string_view(raw).substr(sealed.size());
    if (!is_ours) return fail(Errc::invalid_argument, "Invalid ShardIterator.");
    FRESHET_CHECK(sealed.size() % block_bytes == block_bytes / 2);  // seal_iterator() signed it
    Iterator iterator{get_number<std::int64_t>(raw, 8), get_number<std::uint32_t>(raw, 16),
                      get_number<std::uint64_t>(raw, 20),
                      from_epoch_ms(get_number<std::int64_t>(raw, 28))};
    std::string_view name = sealed.substr(fixed_bytes);
    name = name.substr(0, name.find('\0'));
    iterator.account = std::string(name.substr(0, name.find('/')));
    iterator.stream = std::string(name.substr(std::min(name.size(), iterator.account.size() + 1)));
    if (now - iterator.issued > limits::iterator_life) {
        return fail(
            Errc::expired_iterator,
            fmt::format("Iterator expired. The iterator was created at time {} while right now it "
                        "is {} which is further in the "
                        "future than the tolerated delay of {} milliseconds.",
                        java_time(iterator.issued), java_time(now), limits::iterator_life.count()));
    }
    return iterator;
}

}  // namespace freshet::stream
