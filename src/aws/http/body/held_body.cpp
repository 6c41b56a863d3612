#include "aws/http/body/held_body.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "aws/http/body/checked_body.h"
#include "aws/limits.h"
#include "base/check.h"

namespace freshet::aws {
namespace {

Fault no_room() {
    return Fault{"ServiceUnavailable",
                 "The bodies of the requests under way leave no room for this one; try again.",
                 503};
}

/// Smaller pieces than this are put together, so that a body takes what its bytes take, however
/// small they come.
constexpr std::size_t piece_bytes_min = 64 * 1024;
/// What they are put together in: with the byte after it that a string has, one of the allocator's
/// sizes.
constexpr std::size_t block_bytes = 256 * 1024 - 1;

/// A body as it comes.
class Pieces {
  public:
    void add(Bytes piece) {
        bytes_ += piece.size();
        if (piece.size() >= piece_bytes_min || bytes_ == piece.size()) {
            close();
            pieces_.push_back(std::move(piece));
            return;
        }
        if (block_.size() + piece.size() > block_bytes) close();
        if (block_.empty()) block_.reserve(block_bytes);
        block_ += piece.view();
    }

    std::size_t bytes() const { return bytes_; }

    /// One text of them all; each piece goes when it has been copied, and one alone is not copied.
    Bytes joined() {
        close();
        if (pieces_.size() == 1) return std::move(pieces_.front());
        std::string text;
        text.reserve(bytes_);
        for (Bytes& piece : pieces_) text += std::exchange(piece, {}).view();
        // What was counted is what is held.
        FRESHET_CHECK(text.size() == bytes_);
        return Bytes::own(std::move(text));
    }

  private:
    void close() {
        if (!block_.empty()) pieces_.push_back(Bytes::own(std::exchange(block_, {})));
    }

    std::vector<Bytes> pieces_;
    std::string block_;  ///< comes after pieces_
    std::size_t bytes_ = 0;
};

}  // namespace

bool BodyBudget::Share::reserve(std::size_t bytes) {
    seen_ += bytes;
    if (seen_ <= limits::body_free_bytes) return true;
    const std::size_t more = seen_ - limits::body_free_bytes - taken_;
    const std::size_t all = budget_.bytes_.fetch_add(more) + more;
    const bool is_alone = all == taken_ + more;
    if (all > budget_.bytes_max_ && !is_alone) {
        budget_.bytes_ -= more;
        return false;
    }
    taken_ += more;
    // What is free of each body is not taken.
    FRESHET_CHECK(taken_ + limits::body_free_bytes == seen_);
    return true;
}

void BodyBudget::Share::restart() {
    // The budget holds at least what each of its shares took.
    FRESHET_CHECK(budget_.bytes_ >= taken_);
    budget_.bytes_ -= taken_;
    seen_ = taken_ = 0;
}

Fault too_large(std::size_t bytes_max) {
    return Fault{"RequestEntityTooLargeException",
                 fmt::format("The request body is larger than {} bytes", bytes_max), 413};
}

io::Task<Answer<Bytes>> read_held(io::BodyReader& body, std::size_t bytes_max,
                                  BodyBudget::Share& share) {
    Pieces pieces;
    while (true) {
        auto piece = co_await body.read();
        if (!piece) co_return std::unexpected(body_fault(piece.error()));
        if (piece->empty()) break;
        if (pieces.bytes() + piece->size() > bytes_max)
            co_return std::unexpected(too_large(bytes_max));
        if (!share.reserve(piece->size())) co_return std::unexpected(no_room());
        pieces.add(std::move(*piece));
    }
    co_return pieces.joined();
}

}  // namespace freshet::aws
