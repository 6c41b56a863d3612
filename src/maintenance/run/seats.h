// A number of seats: coroutines of a core that work side by side take some of them, in the order in
// which they came.
#pragma once
#include <cstdint>

#include "io/core.h"

namespace freshet::maintenance {

/// One core only. Must outlive those who wait.
class Seats {
  public:
    Seats(io::Core& core, std::size_t count) : count_(count), free_(count), changed_(core) {}
    class Held {
      public:
        Held(Seats& seats, std::size_t count) : seats_(&seats), count_(count) {}
        Held(Held&& other) noexcept
            : seats_(std::exchange(other.seats_, nullptr)), count_(other.count_) {}
        Held& operator=(Held&&) = delete;
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        ~Held();

      private:
        Seats* seats_;
        std::size_t count_;
    };
    std::size_t count() const { return count_; }
    /// Completes when so many are free, and all who came earlier have theirs; they are held as long
    /// as the answer lives. At most count().
    io::Task<Held> take(std::size_t count);

  private:
    std::size_t count_, free_;
    std::uint64_t next_ticket_ = 0, served_ = 0;
    io::Signal changed_;
};

}  // namespace freshet::maintenance
