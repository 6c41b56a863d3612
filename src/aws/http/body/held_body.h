// Bodies that are held in memory until their request is answered, and how much all of them may take
// together.
#pragma once
#include <atomic>
#include <cstddef>

#include "aws/fault.h"
#include "base/bytes.h"
#include "io/body_reader.h"
#include "io/core.h"

namespace freshet::aws {

/// What all held bodies take. Any core.
class BodyBudget {
  public:
    explicit BodyBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
    std::size_t bytes() const { return bytes_; }

    /// One request's part of it, given back when it goes.
    class Share {
      public:
        explicit Share(BodyBudget& budget) : budget_(budget) {}
        ~Share() { budget_.bytes_ -= taken_; }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        /// Counts `bytes` more of the body. False: there is no room, and none is taken. A body that
        /// is alone has room, however large its operation allows it to be.
        bool reserve(std::size_t bytes);
        /// Gives it back: the body is read again from its begin.
        void restart();

      private:
        BodyBudget& budget_;
        std::size_t seen_ = 0, taken_ = 0;
    };

  private:
    std::size_t bytes_max_;
    std::atomic<std::size_t> bytes_ = 0;
};

/// Reads the body to its end. RequestEntityTooLargeException (413) past `bytes_max`,
/// ServiceUnavailable (503) where the budget has no room.
io::Task<Answer<Bytes>> read_held(io::BodyReader& body, std::size_t bytes_max,
                                  BodyBudget::Share& share);

Fault too_large(std::size_t bytes_max);

}  // namespace freshet::aws
