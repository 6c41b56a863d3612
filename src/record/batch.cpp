#include "record/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "record/limits.h"
#include "record/text.h"
#include "record/visit.h"

namespace freshet::record {

void Vector::resize(std::size_t rows) {
    nulls.resize(rows, 1);
    visit_values(type.kind, [&](auto values) { (this->*values).resize(rows); });
}

void Vector::reserve(std::size_t rows) {
    nulls.reserve(rows);
    visit_values(type.kind, [&](auto values) { (this->*values).reserve(rows); });
}

void Vector::clear() {
    integers.clear();
    reals.clear();
    texts.clear();
    nulls.clear();
    owners.clear();
}

void Vector::push_null() { resize(size() + 1); }

void Vector::push_from(const Vector& other, std::size_t row) {
    if (other.nulls[row]) return push_null();
    // A value stays in its form of storage: a cast is the evaluation's affair.
    FRESHET_CHECK(storage_of(type.kind) == storage_of(other.type.kind));
    visit_values(type.kind, [&](auto values) { push((other.*values)[row]); });
}

void Vector::keep(const std::vector<std::shared_ptr<const void>>& more) {
    for (const auto& owner : more) {
        if (std::ranges::find(owners, owner) == owners.end()) owners.push_back(owner);
    }
}

void Batch::push_row_from(const Batch& other, std::size_t row) {
    FRESHET_CHECK(row < other.rows());
    FRESHET_CHECK(columns.size() <= other.columns.size());  // a row is taken whole
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].push_from(other.columns[i], row);
    rowtimes.push_back(other.rowtimes[row]);
}

struct Arena::Blocks {
    std::vector<std::unique_ptr<char[]>> all;
    std::size_t left = 0, given = 0;
    std::size_t next_bytes = limits::arena_block_bytes_min;
    char* at = nullptr;
};

Arena::Arena() : blocks_(std::make_shared<Blocks>()), owner_(blocks_) {}

char* Arena::take(std::size_t size) {
    if (size > blocks_->left) {
        const std::size_t wanted = std::max(size, blocks_->next_bytes);
        blocks_->next_bytes = std::min(blocks_->next_bytes * 2, limits::arena_block_bytes_max);
        blocks_->all.push_back(std::make_unique_for_overwrite<char[]>(wanted));
        blocks_->at = blocks_->all.back().get();
        blocks_->left = wanted;
    }
    FRESHET_CHECK(size <= blocks_->left);  // a text lies in one block
    char* const given = blocks_->at;
    blocks_->at += size;
    blocks_->left -= size;
    blocks_->given += size;
    return given;
}

std::size_t Arena::bytes() const { return blocks_->given; }

std::string_view Arena::copy(std::string_view text) {
    char* const to = take(text.size());
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
}

std::size_t text_bytes(const Batch& batch, std::size_t first) {
    std::size_t bytes = 0;
    for (const Vector& column : batch.columns) {
        for (std::size_t row = first; row < column.texts.size(); ++row)
            bytes += column.texts[row].size();
    }
    return bytes;
}

std::string to_text(const Vector& vector, std::size_t row) {
    if (vector.nulls[row]) return "";
    switch (vector.type.kind) {
        case Kind::null:
            return "";
        case Kind::boolean:
            return vector.integers[row] ? "true" : "false";
        case Kind::tinyint:
        case Kind::smallint:
        case Kind::integer:
        case Kind::bigint:
            return fmt::format("{}", vector.integers[row]);
        case Kind::decimal:
            return decimal_text(vector.integers[row], vector.type.scale);
        case Kind::real:
            return real_text(vector.reals[row], true);
        case Kind::dbl:
            return real_text(vector.reals[row], false);
        case Kind::character:
        case Kind::varchar:
            return std::string(vector.texts[row]);
        case Kind::varbinary:
            return hex_text(vector.texts[row]);
        case Kind::date:
            return date_text(vector.integers[row]);
        case Kind::time:
            return time_text(vector.integers[row]);
        case Kind::timestamp:
            return timestamp_text(vector.integers[row]);
        case Kind::interval:
            return interval_text(vector.integers[row]);
    }
    return "";
}

}  // namespace freshet::record
