#include "stream/records/record.h"

#include "base/byte_codec.h"
#include "base/check.h"

namespace freshet::stream {
namespace {

constexpr char plain_version = 1, closing_version = 2, sealed_version = 3;
constexpr std::size_t record_header_bytes = 3;  // version, length of the partition key
constexpr std::size_t key_bytes_max = 65'535;   // of two bytes

}  // namespace

Bytes encode_record(std::string_view partition_key, std::string_view data) {
    std::string payload;
    payload.reserve(encoded_bytes(partition_key, data));
    append_record(partition_key, data, payload);
    return Bytes::own(std::move(payload));
}

void append_record(std::string_view partition_key, std::string_view data, std::string& out) {
    FRESHET_CHECK(partition_key.size() <= key_bytes_max);  // the rim takes 256 characters
    out += plain_version;
    put_number(out, static_cast<std::uint16_t>(partition_key.size()));
    out.append(partition_key).append(data);
}

std::size_t encoded_bytes(std::string_view partition_key, std::string_view data) {
    return record_header_bytes + partition_key.size() + data.size();
}

Result<LogRecord> decode_record(const Bytes& payload) {
    const std::string_view view = payload.view();
    const std::size_t key_size =
        view.size() >= record_header_bytes ? get_number<std::uint16_t>(view, 1) : 0;
    if (view.size() < record_header_bytes + key_size || view[0] != plain_version)
        return fail(freshet::Errc::corrupt, "a stream record in the log is not one");
    return LogRecord{view.substr(record_header_bytes, key_size),
                     payload.slice(record_header_bytes + key_size)};
}

Bytes closing_record() {
    static constexpr char text[] = {closing_version};
    return Bytes::literal(std::string_view(text, 1));
}

bool is_closing_record(const Bytes& payload) {
    return payload.size() == 1 && payload.data()[0] == closing_version;
}

std::string sealed_head(std::int64_t data_key) {
    FRESHET_CHECK(data_key > 0 && data_key <= 0xffff'ffff);  // four bytes; 0 is "not encrypted"
    std::string head(1, sealed_version);
    put_number(head, static_cast<std::uint32_t>(data_key));
    FRESHET_CHECK(head.size() == sealed_head_bytes);
    return head;
}

std::optional<std::int64_t> sealed_with(const Bytes& payload) {
    if (payload.size() < sealed_head_bytes || payload.data()[0] != sealed_version)
        return std::nullopt;
    return get_number<std::uint32_t>(payload.view(), 1);
}

}  // namespace freshet::stream
