// The MD5s of bodies that come at the same time, taken side by side (base/crypto/md5_lanes.h) by
// one thread of the pool: it takes what waits when it is done with what it has.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "base/crypto/md5_lanes.h"
#include "io/core.h"

namespace freshet::objects {

/// Any core. The pool outlives what waits here.
class Md5Queue {
  public:
    explicit Md5Queue(io::Pool& pool);
    /// Adds `pieces` to `stream`, which get() of the answer waits for, on this core; until then
    /// both stay where they are, and nothing else is added to the stream.
    io::Promise<bool> add(Md5Stream& stream, std::vector<std::string_view> pieces);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace freshet::objects
