#include "flow/operators/tumble.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "record/text.h"

namespace freshet::flow {

using record::Storage;
using record::Vector;
using sql::streaming::Aggregate;
using sql::streaming::AggregateFunction;
using sql::streaming::TimeKey;

namespace {

void append_bytes(std::int64_t value, std::string& out) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A value of a key, so that different keys differ.
void encode(const Vector& vector, std::uint32_t row, std::string& out) {
    if (vector.nulls[row]) {
        out += '\0';
        return;
    }
    out += '\1';
    switch (record::storage_of(vector.type.kind)) {
        case Storage::integers:
            append_bytes(vector.integers[row], out);
            return;
        case Storage::reals:
            append_bytes(std::bit_cast<std::int64_t>(vector.reals[row]), out);
            return;
        case Storage::texts:
            append_bytes(static_cast<std::int64_t>(vector.texts[row].size()), out);
            out += vector.texts[row];
            return;
    }
}

}  // namespace

Tumble::Groups Tumble::empty_groups() const {
    Groups groups;
    for (const auto& key : step_.exprs)
        groups.keys.columns.emplace_back(key.type).owners.push_back(groups.arena.owner());
    return groups;
}

void Tumble::process(Rows rows, std::vector<Rows>& out) {
    Troubles troubles;
    const Evaluation evaluation{rows, run_.patterns, run_.started, troubles};
    std::vector<VectorPtr> keys, values;
    for (const auto& key : step_.exprs) keys.push_back(evaluate(key, evaluation, rows.selection));
    for (const Aggregate& aggregate : step_.aggregates)
        values.push_back(aggregate.argument
                             ? evaluate(*aggregate.argument, evaluation, rows.selection)
                             : nullptr);
    const Selection good = without(troubles, rows, rows.selection, run_);
    for (const std::uint32_t row : good) {
        const std::int64_t time = (*rows.rowtimes)[row];
        if (time >= window_end_) {
            emit(out);
            window_end_ = INT64_MAX;
            for (const TimeKey& key : step_.time_keys)
                window_end_ = std::min(window_end_,
                                       step_end(time - key.offset_ms, key.width) + key.offset_ms);
            FRESHET_CHECK(time < window_end_);  // a row is in the window that its time opens
        }
        const std::size_t group = group_of(keys, row);
        for (std::size_t i = 0; i < step_.aggregates.size(); ++i)
            add(groups_.cells[group * step_.aggregates.size() + i], step_.aggregates[i],
                values[i].get(), row);
    }
}

std::size_t Tumble::group_of(const std::vector<VectorPtr>& keys, std::uint32_t row) {
    encoded_.clear();
    for (const VectorPtr& key : keys) encode(*key, row, encoded_);
    const auto found = groups_.index.find(std::string_view(encoded_));
    if (found != groups_.index.end()) return found->second;
    const std::size_t group = groups_.index.size();
    groups_.index.emplace(encoded_, group);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        Vector& to = groups_.keys.columns[i];
        if (record::storage_of(to.type.kind) == Storage::texts && !keys[i]->nulls[row])
            to.push(groups_.arena.copy(keys[i]->texts[row]));
        else
            to.push_from(*keys[i], row);
    }
    groups_.cells.resize(groups_.cells.size() + step_.aggregates.size());
    // Each group has one cell for each aggregate.
    FRESHET_CHECK(groups_.cells.size() == groups_.index.size() * step_.aggregates.size());
    return group;
}

void Tumble::add(Cell& cell, const Aggregate& aggregate, const Vector* values,
                 std::uint32_t row) const {
    if (values && values->nulls[row]) return;
    const bool is_first = cell.count++ == 0;
    if (!values || aggregate.function == AggregateFunction::count) return;
    const bool sums = aggregate.function == AggregateFunction::sum ||
                      aggregate.function == AggregateFunction::average;
    const bool is_least = aggregate.function == AggregateFunction::minimum;
    switch (record::storage_of(values->type.kind)) {
        case Storage::integers: {
            const std::int64_t value = values->integers[row];
            if (sums)
                cell.total += value;
            else if (is_first || (is_least ? value < cell.total : value > cell.total))
                cell.total = value;
            return;
        }
        case Storage::reals: {
            const double value = values->reals[row];
            if (sums)
                cell.real += value;
            else if (is_first || (is_least ? value < cell.real : value > cell.real))
                cell.real = value;
            return;
        }
        case Storage::texts: {
            const std::string_view value = values->texts[row];
            if (is_first || (is_least ? value < cell.text : value > cell.text)) cell.text = value;
            return;
        }
    }
}

void Tumble::put_result(const Cell& cell, const Aggregate& aggregate, record::Arena& arena,
                        std::uint32_t row, Troubles& troubles, Vector& out) const {
    if (aggregate.function == AggregateFunction::count ||
        aggregate.function == AggregateFunction::count_rows)
        return out.push(cell.count);
    if (cell.count == 0) return out.push_null();
    const bool is_average = aggregate.function == AggregateFunction::average;
    const Storage storage = record::storage_of(aggregate.argument->type.kind);
    if (storage == Storage::texts) return out.push(arena.copy(cell.text));
    if (storage == Storage::reals)
        return out.push(is_average ? cell.real / static_cast<double>(cell.count) : cell.real);
    // The average of integers is an integer, cut towards zero.
    const __int128 value = is_average ? cell.total / cell.count : cell.total;
    const __int128 limit =
        aggregate.type.kind == record::Kind::decimal
            ? static_cast<__int128>(record::power_of_ten(aggregate.type.size)) - 1
            : INT64_MAX;
    if (value > limit || value < -limit) {
        troubles.add(row, fmt::format("a sum became too large for {}", to_string(aggregate.type)));
        return out.push_null();
    }
    out.push(static_cast<std::int64_t>(value));
}

void Tumble::on_time(std::int64_t bound, std::vector<Rows>& out) {
    if (bound >= window_end_) emit(out);
}

void Tumble::emit(std::vector<Rows>& out) {
    if (groups_.index.empty()) return;
    Groups closed = std::exchange(groups_, empty_groups());
    const std::size_t count = closed.index.size(), width = step_.aggregates.size();
    FRESHET_CHECK(closed.cells.size() == count * width);
    record::Batch batch = std::move(closed.keys);
    Troubles troubles;
    for (std::size_t i = 0; i < width; ++i) {
        Vector& column = batch.columns.emplace_back(step_.aggregates[i].type);
        column.owners.push_back(closed.arena.owner());
        for (std::size_t group = 0; group < count; ++group)
            put_result(closed.cells[group * width + i], step_.aggregates[i], closed.arena,
                       static_cast<std::uint32_t>(group), troubles, column);
    }
    batch.rowtimes.assign(count, window_end_);
    Rows rows = rows_of(std::move(batch));
    rows.selection = without(troubles, rows, rows.selection, run_);
    out.push_back(std::move(rows));
}

void Tumble::save(Writer& writer) const {
    writer.integer(window_end_);
    const std::size_t count = groups_.index.size();
    writer.number(count);
    for (std::size_t group = 0; group < count && !writer.is_stopped(); ++group) {
        for (const Vector& key : groups_.keys.columns) {
            writer.number(key.nulls[group]);
            if (key.nulls[group]) continue;
            switch (record::storage_of(key.type.kind)) {
                case Storage::integers:
                    writer.integer(key.integers[group]);
                    break;
                case Storage::reals:
                    writer.real(key.reals[group]);
                    break;
                case Storage::texts:
                    writer.text(key.texts[group]);
                    break;
            }
        }
    }
    for (const Cell& cell : groups_.cells) {
        if (writer.is_stopped()) return;
        writer.integer(cell.count);
        writer.integer(static_cast<std::int64_t>(cell.total >> 64));
        writer.number(static_cast<std::uint64_t>(cell.total));
        writer.real(cell.real);
        writer.text(cell.text);
    }
}

bool Tumble::load(Reader& reader) {
    window_end_ = reader.integer();
    const std::size_t count = reader.count();
    Groups loaded = empty_groups();
    for (std::size_t group = 0; group < count && !reader.is_bad(); ++group) {
        std::string encoded;
        for (Vector& key : loaded.keys.columns) {
            if (reader.number() != 0) {
                key.push_null();
            } else if (record::storage_of(key.type.kind) == Storage::integers) {
                key.push(reader.integer());
            } else if (record::storage_of(key.type.kind) == Storage::reals) {
                key.push(reader.real());
            } else {
                key.push(loaded.arena.copy(reader.text()));
            }
            encode(key, static_cast<std::uint32_t>(group), encoded);
        }
        loaded.index.emplace(std::move(encoded), group);
    }
    if (loaded.index.size() != count) return false;
    loaded.cells.resize(count * step_.aggregates.size());
    for (Cell& cell : loaded.cells) {
        cell.count = reader.integer();
        const auto high = static_cast<__int128>(reader.integer());
        cell.total = high << 64 | reader.number();
        cell.real = reader.real();
        cell.text = reader.text();
    }
    groups_ = std::move(loaded);
    return !reader.is_bad();
}

}  // namespace freshet::flow
