// aws-chunked: "5;chunk-signature=...\r\nhello\r\n0\r\nx-amz-checksum-crc32:...\r\n\r\n", signed or
// not.
#pragma once
#include <memory>

#include "aws/http/body/checked_body.h"
#include "io/http/http.h"

namespace freshet::aws {

/// Takes the framing apart piece by piece.
class ChunkedBody final : public io::BodyReader {
  public:
    explicit ChunkedBody(std::unique_ptr<io::BodyReader> wire) : wire_(std::move(wire)) {}
    io::Task<Result<Bytes>> read() override;
    /// After the end.
    const io::Headers& trailers() const { return trailers_; }

  private:
    enum class State { header, data, data_end, trailers, done };
    io::Task<Result<>> more();
    Result<bool> take_line(std::string& line);
    Result<> on_header(const std::string& line);
    Result<> on_trailer(const std::string& line);

    std::unique_ptr<io::BodyReader> wire_;
    Bytes buffer_;
    std::string partial_;  ///< a line that is cut between pieces
    std::uint64_t left_ = 0;
    std::size_t trailer_bytes_ = 0;
    State state_ = State::header;
    io::Headers trailers_;
};

}  // namespace freshet::aws
