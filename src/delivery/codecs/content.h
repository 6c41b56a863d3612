// The bytes of an object: its records joined, or in the container of a compression. They are made
// piece by piece as they are read, so that no second copy of a whole object is in memory.
#pragma once
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "delivery/codecs/encoder.h"
#include "io/body_reader.h"
#include "io/core.h"

namespace freshet::delivery {

class Content final : public io::BodyReader {
  public:
    /// What `records` view must outlive it. `encoder`: null for the records as they are.
    Content(io::Pool& pool, std::vector<std::string_view> records, std::unique_ptr<Encoder> encoder)
        : pool_(pool), records_(std::move(records)), encoder_(std::move(encoder)) {}
    io::Task<Result<Bytes>> read() override;

  private:
    Result<Bytes> make_piece();

    io::Pool& pool_;
    const std::vector<std::string_view> records_;
    std::unique_ptr<Encoder> encoder_;
    std::size_t at_ = 0;      ///< the next record
    std::size_t offset_ = 0;  ///< within it
    bool is_ended_ = false;
};

}  // namespace freshet::delivery
