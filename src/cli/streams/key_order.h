// Which records of a shard may go into the next PutRecords. An answer may take some entries and
// refuse others, so a request holds one record of a key at most, and a later one of that key waits
// until the earlier one is acknowledged: what is refused is sent again without overtaking. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace freshet::cli {

/// take() a request, send it, acknowledge() the places that were accepted, take() again: what was
/// refused is in a later request.
class KeyOrder {
  public:
    static constexpr std::size_t records_max = 500;      ///< AWS: of one request
    static constexpr std::size_t bytes_max = 4'000'000;  ///< one record may be larger, alone
    static constexpr std::size_t looked_at_max = 2000;   ///< how far behind one that waits

    struct Item {
        std::string key;
        std::size_t bytes = 0;  ///< of data and key
    };
    explicit KeyOrder(std::vector<Item> items)
        : items_(std::move(items)), is_acknowledged_(items_.size(), false) {}

    /// Places for the next request, of the first `due` items, in order; none when those are all
    /// acknowledged. One request at a time.
    std::vector<std::size_t> take(std::size_t due) const;
    void acknowledge(std::size_t place);
    /// All before this place are acknowledged.
    std::size_t settled() const { return settled_; }
    bool is_done() const { return settled_ == items_.size(); }

  private:
    std::vector<Item> items_;
    std::vector<bool> is_acknowledged_;
    std::size_t settled_ = 0;
};

}  // namespace freshet::cli
