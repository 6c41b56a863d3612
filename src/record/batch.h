// Rows column by column: what the streaming engine works on. A vector of texts holds views;
// `owners` keeps alive what they point into.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "record/schema.h"

namespace freshet::record {

/// The values of one column. Exactly one of the three value vectors is used (storage_of).
/// DECIMAL is an integer times 10^-scale; BOOLEAN is 0 or 1.
struct Vector {
    Type type;
    std::vector<std::int64_t> integers;
    std::vector<double> reals;
    std::vector<std::string_view> texts;
    std::vector<std::uint8_t> nulls;  ///< 1: NULL; as long as the values
    std::vector<std::shared_ptr<const void>> owners;

    explicit Vector(Type type_ = {}) : type(type_) {}
    std::size_t size() const { return nulls.size(); }
    /// NULLs in new places.
    void resize(std::size_t rows);
    void reserve(std::size_t rows);
    void clear();
    void push_null();
    void push(std::int64_t value) {
        integers.push_back(value);
        nulls.push_back(0);
    }
    void push(double value) {
        reals.push_back(value);
        nulls.push_back(0);
    }
    void push(std::string_view value) {
        texts.push_back(value);
        nulls.push_back(0);
    }
    void push_from(const Vector& other, std::size_t row);
    void keep(const std::vector<std::shared_ptr<const void>>& more);
};

struct Batch {
    std::vector<Vector> columns;
    std::vector<std::int64_t> rowtimes;  ///< milliseconds; never falling

    std::size_t rows() const { return rowtimes.size(); }
    void push_row_from(const Batch& other, std::size_t row);
};

/// Memory for texts that are made; keeps what it gave until it is gone. Small at first: an arena of
/// one short text costs some hundred bytes.
class Arena {
  public:
    Arena();
    std::string_view copy(std::string_view text);
    /// Room for `size` characters to be written.
    char* take(std::size_t size);
    std::size_t bytes() const;  ///< given out so far
    const std::shared_ptr<const void>& owner() const { return owner_; }

  private:
    struct Blocks;
    std::shared_ptr<Blocks> blocks_;
    std::shared_ptr<const void> owner_;
};

/// Bytes of a batch's texts in the rows from `first` on.
std::size_t text_bytes(const Batch& batch, std::size_t first = 0);

/// One value as text: as CAST to VARCHAR, the CSV of an output and the interface show it.
/// TIMESTAMP is "yyyy-MM-dd HH:mm:ss.SSS"; NULL is "".
std::string to_text(const Vector& vector, std::size_t row);

}  // namespace freshet::record
