// The bytes of an object: its records joined, or in the container of a compression. They are made
// piece by piece as they are read, so that no second copy of a whole object is in memory.
#pragma once
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/error.h"
#include "delivery/codecs/encoder.h"
#include "io/body_reader.h"
#include "io/core.h"

namespace freshet::delivery {

class Content final : public io::BodyReader {
  public:
    /// `records` and what they view must outlive it. `encoder`: null for the records as they are.
    Content(io::Pool& pool, std::span<const std::string_view> records,
            std::unique_ptr<Encoder> encoder)
        : pool_(pool), records_(records), encoder_(std::move(encoder)) {}
    io::Task<Result<Bytes>> read() override;
    /// Of what was read so far: S3's default checksum of an object.
    std::uint64_t crc64nvme() const { return crc_; }

  private:
    Result<Bytes> make_piece();

    io::Pool& pool_;
    const std::span<const std::string_view> records_;
    std::unique_ptr<Encoder> encoder_;
    std::size_t at_ = 0;      ///< the next record
    std::size_t offset_ = 0;  ///< within it
    bool is_ended_ = false;
    std::uint64_t crc_ = 0;
};

}  // namespace freshet::delivery
