// The bytes of an object: its records joined, or gzipped (RFC 1952, one member). They are made
// piece by piece as they are read, so that no second copy of a whole object is in memory.
#pragma once
#include <zlib.h>

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "io/body_reader.h"
#include "io/core.h"

namespace freshet::delivery {

class Content final : public io::BodyReader {
  public:
    /// What `records` view must outlive it.
    Content(io::Pool& pool, std::vector<std::string_view> records, bool is_gzipped)
        : pool_(pool), records_(std::move(records)), is_gzipped_(is_gzipped) {}
    ~Content() override;
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;
    io::Task<Result<Bytes>> read() override;

  private:
    Bytes join();
    Result<Bytes> compress();

    io::Pool& pool_;
    std::vector<std::string_view> records_;
    const bool is_gzipped_;
    std::size_t at_ = 0;  ///< of records_: the next one
    z_stream stream_{};
    bool is_begun_ = false, is_ended_ = false;  ///< the gzip member
};

}  // namespace freshet::delivery
