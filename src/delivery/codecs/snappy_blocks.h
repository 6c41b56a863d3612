// Snappy in the two block containers of Firehose: snappy-java's SnappyOutputStream (xerial) and
// Hadoop's BlockCompressorStream with one chunk a block. Both compress 32 KiB at a time, which
// every reader of either takes.
#pragma once
#include "delivery/codecs/encoder.h"

namespace freshet::delivery {

class SnappyEncoder final : public Encoder {
  public:
    enum class Container { xerial, hadoop };
    explicit SnappyEncoder(Container container) : container_(container) {}
    Result<> add(std::string_view piece, std::string& out) override;
    Result<> finish(std::string& out) override;

  private:
    void begin(std::string& out);
    void write_block(std::string_view raw, std::string& out);
    const Container container_;
    bool is_begun_ = false;
    std::string held_;        ///< less than a block
    std::string compressed_;  ///< of the last block, to use its memory again
};

}  // namespace freshet::delivery
