#include "aws/http/body/inflated_body.h"

#include <zlib.h>

#include "aws/http/body/checked_body.h"

namespace freshet::aws {
namespace {

constexpr int window_bits_gzip = 15 + 16;
constexpr std::size_t piece_bytes = 64 * 1024;

class InflatedBody final : public io::BodyReader {
  public:
    explicit InflatedBody(std::unique_ptr<io::BodyReader> body) : body_(std::move(body)) {
        has_started_ = inflateInit2(&stream_, window_bits_gzip) == Z_OK;
    }
    ~InflatedBody() override { inflateEnd(&stream_); }
    InflatedBody(const InflatedBody&) = delete;
    InflatedBody& operator=(const InflatedBody&) = delete;

    io::Task<Result<Bytes>> read() override {
        while (!has_ended_) {
            if (used_ == packed_.size()) {
                auto piece = co_await body_->read();
                if (!piece) co_return pass(piece);
                if (piece->empty()) co_return broken("the gzip body is cut short");
                packed_ = std::move(*piece);
                used_ = 0;
            }
            std::string plain;
            if (!read_inflated(plain)) co_return broken("the body is not gzip");
            if (!plain.empty()) co_return Bytes::own(std::move(plain));
        }
        co_return Bytes();
    }

  private:
    static Failure broken(const char* what) { return fail(BodyErrc::incomplete, what); }

    bool read_inflated(std::string& out) {
        if (!has_started_) return false;
        out.resize(piece_bytes);
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed_.data() + used_));
        stream_.avail_in = static_cast<uInt>(packed_.size() - used_);
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = static_cast<uInt>(out.size());
        const int code = inflate(&stream_, Z_NO_FLUSH);
        used_ = packed_.size() - stream_.avail_in;
        out.resize(out.size() - stream_.avail_out);
        has_ended_ = code == Z_STREAM_END;
        // A buffer error alone says that this call had nothing to do.
        return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR;
    }

    std::unique_ptr<io::BodyReader> body_;
    z_stream stream_{};
    Bytes packed_;
    std::size_t used_ = 0;
    bool has_started_ = false;
    bool has_ended_ = false;
};

}  // namespace

std::unique_ptr<io::BodyReader> make_inflated_body(std::unique_ptr<io::BodyReader> body,
                                                   const io::Headers& headers) {
    if (headers.get("content-encoding") != "gzip") return body;
    return std::make_unique<InflatedBody>(std::move(body));
}

}  // namespace freshet::aws
