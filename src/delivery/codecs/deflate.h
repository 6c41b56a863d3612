// GZIP: one member (RFC 1952). ZIP: one deflated entry whose sizes follow it in a data descriptor,
// as java.util.zip.ZipOutputStream writes it.
#pragma once
#include <zlib.h>

#include "delivery/codecs/encoder.h"

namespace freshet::delivery {

/// zlib's deflate() over pieces. Life: as that of Encoder.
class Deflater {
  public:
    /// `window_bits` as zlib has it: negative for a raw stream, over 15 for gzip's.
    explicit Deflater(int window_bits) : window_bits_(window_bits) {}
    ~Deflater();
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    Result<> add(std::string_view piece, std::string& out);
    Result<> finish(std::string& out);

  private:
    Result<> run(std::string_view piece, int flush, std::string& out);
    const int window_bits_;
    z_stream stream_{};
    bool is_begun_ = false;
};

class GzipEncoder final : public Encoder {
  public:
    Result<> add(std::string_view piece, std::string& out) override;
    Result<> finish(std::string& out) override;

  private:
    static constexpr int window_bits_gzip = 15 + 16;
    Deflater deflater_{window_bits_gzip};
};

class ZipEncoder final : public Encoder {
  public:
    explicit ZipEncoder(EntryName entry) : entry_(std::move(entry)) {}
    Result<> add(std::string_view piece, std::string& out) override;
    Result<> finish(std::string& out) override;

  private:
    /// What the local header and the central directory have in common.
    std::string fields(bool is_known) const;
    void begin(std::string& out);
    static constexpr int window_bits_raw = -15;
    EntryName entry_;
    Deflater deflater_{window_bits_raw};
    bool is_begun_ = false;
    std::uint64_t raw_bytes_ = 0, deflated_bytes_ = 0;
    std::uint32_t crc_ = 0;
};

}  // namespace freshet::delivery
