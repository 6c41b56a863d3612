#include "aws/protocol/event_stream.h"

#include "aws/protocol/cbor/cbor.h"
#include "aws/protocol/json/json.h"
#include "base/check.h"
#include "base/crypto/digest.h"

namespace freshet::aws {
namespace {

constexpr char text_type = 7;
constexpr std::size_t prelude_bytes = 12, checksum_bytes = 4;

void append_u32(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

}  // namespace

std::string encode_event_frame(const EventHeaders& headers, std::string_view payload) {
    std::size_t header_bytes = 0;
    for (const auto& [name, value] : headers) header_bytes += 4 + name.size() + value.size();
    const std::size_t size = prelude_bytes + header_bytes + payload.size() + checksum_bytes;
    std::string out;
    out.reserve(size);
    append_u32(out, static_cast<std::uint32_t>(size));
    append_u32(out, static_cast<std::uint32_t>(header_bytes));
    append_u32(out, crc32(out));
    for (const auto& [name, value] : headers) {
        out += static_cast<char>(name.size());
        out.append(name);
        out += text_type;
        out += static_cast<char>(value.size() >> 8);
        out += static_cast<char>(value.size());
        out.append(value);
    }
    out.append(payload);
    append_u32(out, crc32(out));
    // The length in the prelude is the frame's.
    FRESHET_CHECK(out.size() == size);
    return out;
}

const EventEncoding& json_events() {
    static const EventEncoding encoding{1, "application/json", "application/x-amz-json-1.1",
                                        encode_json, encode_json_fault};
    return encoding;
}

const EventEncoding& cbor_events() {
    static const EventEncoding encoding{
        2, "application/x-amz-cbor-1.1", "application/x-amz-cbor-1.1",
        [](const Shape& shape, const void* value) {
            return encode_cbor(shape, value, CborTime::milliseconds);
        },
        encode_cbor_fault};
    return encoding;
}

const Bytes* EventCache::find(int encoding) const {
    for (const auto& [id, frame] : frames_) {
        if (id == encoding) return &frame;
    }
    return nullptr;
}

io::Task<Result<Bytes>> EventBody::read() {
    if (state_ == State::end) co_return Bytes();
    if (state_ == State::begin) {
        state_ = State::middle;
        // Clients read the answer's own members, of which there are none, before the events.
        std::string empty = encoding_->encode(Shape{.kind = Kind::structure, .name = ""}, nullptr);
        co_return Bytes::own(encode_event_frame({{":message-type", "event"},
                                                 {":event-type", "initial-response"},
                                                 {":content-type", encoding_->initial_type}},
                                                empty));
    }
    auto event = co_await next();
    if (!event) {
        state_ = State::end;
        co_return Bytes::own(encode_event_frame({{":message-type", "exception"},
                                                 {":exception-type", event.error().code},
                                                 {":content-type", encoding_->type}},
                                                encoding_->encode_fault(event.error())));
    }
    if (!*event) {
        state_ = State::end;
        co_return Bytes();
    }
    const Event& one = **event;
    if (one.cache) {
        if (const Bytes* kept = one.cache->find(encoding_->id)) co_return *kept;
    }
    Bytes frame = Bytes::own(encode_event_frame(
        {{":message-type", "event"}, {":event-type", one.name}, {":content-type", encoding_->type}},
        encoding_->encode(*one.shape, one.make().get())));
    if (one.cache) one.cache->keep(encoding_->id, frame);
    co_return frame;
}

}  // namespace freshet::aws
