// Bytes that come piece by piece: the body of a request or an answer, an object, a result file.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "io/task.h"

namespace freshet::io {

/// Read by one task, on the core that it was made for: read() is not called again before its answer
/// is here, nor after the end or an error. It may be destroyed at any time between two reads.
class BodyReader {
  public:
    virtual ~BodyReader() = default;
    /// The next piece; an empty one is the end.
    virtual Task<Result<Bytes>> read() = 0;
};

/// Reads a body to its end; Errc::invalid when it is over `bytes_max`.
Task<Result<Bytes>> read_all(BodyReader& body, std::size_t bytes_max);

/// A body that is already here.
std::unique_ptr<BodyReader> make_body(std::vector<Bytes> pieces);

}  // namespace freshet::io
