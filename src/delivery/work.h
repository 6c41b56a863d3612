// A cut on its way into the lake, and how many bytes of such cuts all delivery streams hold.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "delivery/buffer.h"
#include "delivery/limits.h"
#include "delivery/objects_of.h"
#include "delivery/stages/item.h"
#include "delivery/types.h"
#include "objects/objects.h"

namespace freshet::delivery {

/// The bytes of the cuts that are on their way, of all delivery streams together. A stream may
/// always have one; it reads ahead and has further ones while there is room. Home core of
/// Deliveries; outlives its shares.
class Ahead {
  public:
    /// What one cut takes, given back when it goes.
    class Share {
      public:
        Share() = default;
        Share(Ahead& of, std::uint64_t bytes) : of_(&of), bytes_(bytes) { of.bytes_ += bytes; }
        Share(Share&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), bytes_(other.bytes_) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        ~Share() {
            if (of_) of_->bytes_ -= bytes_;
        }

      private:
        Ahead* of_ = nullptr;
        std::uint64_t bytes_ = 0;
    };
    bool has_room(std::uint64_t bytes) const { return bytes_ + bytes < limits::ahead_bytes_max; }

  private:
    std::uint64_t bytes_ = 0;
};

/// An object whose bytes are durable and not visible.
struct Written {
    const Draft* draft = nullptr;
    objects::Staged staged;
    std::uint64_t crc64nvme = 0;
};

/// What a function made of a cut, for the tries after the first: the stages after it, or the
/// conversion, may fail.
struct Answered {
    int version = 0;   ///< of the destination that names the function
    Timestamp oldest;  ///< of the records that it was given, by which objects are named
    Flow flow;
    Ahead::Share share;
};

/// One cut: read, drafted, staged, published. What its stages made is kept over tries that the
/// destination refuses, so that a function is not called again.
struct Work {
    Cut cut;
    /// As it was when the records were read: what they become follows from it.
    std::shared_ptr<const DeliveryStream> stream;
    /// Its stages call a function or an endpoint, which remember: such a cut is written down before
    /// the first call, so that a restart makes the same calls, and there is one at a time.
    bool has_calls = false;
    bool is_read = true;   ///< false: its records are to be read again
    bool is_whole = true;  ///< false while the stages have the records, and when they failed
    bool is_drafted = false, is_staged = false;
    Waiting waiting = {};
    std::size_t records = 0;  ///< that were in `waiting`
    std::optional<Answered> answered = {};
    std::vector<Draft> drafts = {};  ///< may view `waiting`
    std::vector<Written> written = {};
    Ahead::Share share = {};
};

}  // namespace freshet::delivery
