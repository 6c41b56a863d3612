// A body that is in memory or in files: a connection sends it without asking for each piece.
#pragma once
#include <cstdint>
#include <optional>

#include "io/disk.h"
#include "io/http/http.h"

namespace freshet::io {

/// Bytes of a file that is open as long as its reader lives.
struct FileRun {
    File* file = nullptr;
    std::uint64_t offset = 0, size = 0;
};

/// read(), run() with skip(), and take_whole() give the same bytes: each byte comes once, in order,
/// by whichever is asked. One reader, on the core that the body was made for.
class FileBody : public BodyReader {
  public:
    /// The next bytes as they lie in a file; nothing when read() has them.
    virtual std::optional<FileRun> run() = 0;
    /// So many bytes of run() were sent.
    virtual void skip(std::uint64_t bytes) = 0;
    /// Before the first read: the whole body, when it is in memory already. Nothing follows then.
    virtual std::optional<Bytes> take_whole() = 0;
};

}  // namespace freshet::io
