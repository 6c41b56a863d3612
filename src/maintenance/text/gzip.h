// Gzip piece by piece (RFC 1952): members one after the other are read as one text, and one member
// is written. Plain state, any thread, one at a time.
#pragma once
#include <zlib.h>

#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::maintenance {

class GzipReader {
  public:
    GzipReader();
    ~GzipReader();
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;
    /// Appends what `packed` holds, for pieces in their order. Errc::unfit: it is not gzip.
    Result<> add(std::string_view packed, std::string& out);
    /// After the last piece. Errc::unfit: a member is cut short.
    Result<> end() const;

  private:
    z_stream stream_{};
    std::string room_;  ///< for what one call gives
    bool is_in_member_ = false;
};

class GzipWriter {
  public:
    GzipWriter();
    ~GzipWriter();
    GzipWriter(const GzipWriter&) = delete;
    GzipWriter& operator=(const GzipWriter&) = delete;
    void add(std::string_view plain, std::string& out) { deflate_all(plain, Z_NO_FLUSH, out); }
    void end(std::string& out) { deflate_all({}, Z_FINISH, out); }

  private:
    void deflate_all(std::string_view plain, int flush, std::string& out);
    z_stream stream_{};
    std::string room_;  ///< for what one call gives
};

}  // namespace freshet::maintenance
