#include "aws/http/body/chunked_body.h"

#include <charconv>

#include "aws/limits.h"
#include "base/check.h"

namespace freshet::aws {

io::Task<Result<>> ChunkedBody::more() {
    auto piece = co_await wire_->read();
    if (!piece) co_return pass(piece);
    if (piece->empty())
        co_return fail(BodyErrc::incomplete, "the aws-chunked body ends inside a chunk");
    buffer_ = std::move(*piece);
    co_return Result<>();
}

/// True when `line` is whole.
Result<bool> ChunkedBody::take_line(std::string& line) {
    const auto end = buffer_.view().find('\n');
    partial_.append(buffer_.view().substr(0, end));
    if (partial_.size() > limits::chunk_header_bytes_max) {
        return fail(BodyErrc::incomplete, "a chunk header is longer than 1024 bytes");
    }
    if (end == std::string_view::npos) {
        buffer_ = {};
        return false;
    }
    buffer_ = buffer_.slice(end + 1);
    line = std::exchange(partial_, {});
    if (line.ends_with('\r')) line.pop_back();
    return true;
}

Result<> ChunkedBody::on_header(const std::string& line) {
    const std::string_view digits = std::string_view(line).substr(0, line.find(';'));
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) {
        return fail(BodyErrc::incomplete, "a chunk size of the aws-chunked body is not a number");
    }
    state_ = left_ ? State::data : State::trailers;
    return {};
}

Result<> ChunkedBody::on_trailer(const std::string& line) {
    trailer_bytes_ += line.size();
    if (trailer_bytes_ > limits::trailer_bytes_max)
        return fail(BodyErrc::incomplete, "the trailers are too long");
    if (line.empty()) {
        state_ = State::done;
        return {};
    }
    const auto colon = line.find(':');
    if (colon == std::string::npos) return fail(BodyErrc::incomplete, "a trailer has no colon");
    std::string_view value = std::string_view(line).substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    trailers_.add(line.substr(0, colon), std::string(value));
    return {};
}

io::Task<Result<Bytes>> ChunkedBody::read() {
    while (state_ != State::done) {
        if (buffer_.empty()) {
            auto got = co_await more();
            if (!got && state_ == State::trailers && got.error().is(BodyErrc::incomplete)) {
                // some clients end after the last chunk without an empty line
                state_ = State::done;
                break;
            }
            if (!got) co_return pass(got);
        }
        if (state_ == State::data) {
            Bytes part = buffer_.slice(
                0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer_.size())));
            buffer_ = buffer_.slice(part.size());
            // A chunk gives no more than its header says.
            FRESHET_CHECK(part.size() <= left_);
            left_ -= part.size();
            if (left_ == 0) state_ = State::data_end;
            co_return part;
        }
        std::string line;
        auto whole = take_line(line);
        if (!whole) co_return pass(whole);
        if (!*whole) continue;
        Result<> done;
        if (state_ == State::header)
            done = on_header(line);
        else if (state_ == State::trailers)
            done = on_trailer(line);
        else if (line.empty())
            state_ = State::header;
        else
            done = fail(BodyErrc::incomplete, "a chunk is longer than its header says");
        if (!done) co_return pass(done);
    }
    co_return Bytes();
}

}  // namespace freshet::aws
