#include "flow/operators/top_k.h"

#include <algorithm>
#include <span>

#include "base/calendar.h"
#include "base/check.h"

namespace freshet::flow {

void TopK::process(Rows rows, std::vector<Rows>& out) {
    const record::Vector& column = *rows.columns[step_.column];
    const bool is_text = record::is_text(column.type.kind);
    for (const std::uint32_t row : rows.selection) {
        const std::int64_t time = (*rows.rowtimes)[row];
        if (time >= window_end_) {
            emit(out);
            window_end_ = (floor_div(time, step_.window_ms) + 1) * step_.window_ms;
            FRESHET_CHECK(time < window_end_);  // a row is in the window that its time opens
        }
        if (column.nulls[row]) continue;
        if (is_text)
            count(column.texts[row], 1);
        else
            count(record::to_text(column, row), 1);
    }
}

void TopK::count(std::string_view item, std::int64_t times) {
    const auto found = counts_.find(item);
    if (found != counts_.end())
        found->second += times;
    else
        counts_.emplace(item, times);
}

void TopK::on_time(std::int64_t bound, std::vector<Rows>& out) {
    if (bound >= window_end_) emit(out);
}

void TopK::emit(std::vector<Rows>& out) {
    if (counts_.empty()) return;
    using Entry = std::pair<std::string_view, std::int64_t>;
    std::vector<Entry> entries(counts_.begin(), counts_.end());
    const auto k = std::min<std::ptrdiff_t>(step_.k, std::ssize(entries));
    std::partial_sort(entries.begin(), entries.begin() + k, entries.end(),
                      [](const Entry& a, const Entry& b) {
                          return a.second != b.second ? a.second > b.second : a.first < b.first;
                      });
    record::Batch batch;
    record::Arena arena;
    batch.columns.emplace_back(step_.output[0].type).owners.push_back(arena.owner());
    batch.columns.emplace_back(step_.output[1].type);
    for (const auto& [item, times] : std::span(entries).first(static_cast<std::size_t>(k))) {
        batch.columns[0].push(arena.copy(item));
        batch.columns[1].push(times);
        batch.rowtimes.push_back(window_end_);
    }
    counts_.clear();
    out.push_back(rows_of(std::move(batch)));
}

void TopK::save(Writer& writer) const {
    writer.integer(window_end_);
    writer.number(counts_.size());
    // In no order: sorting ten million items takes longer than writing them.
    for (const auto& [item, times] : counts_) {
        if (writer.is_stopped()) return;
        writer.text(item);
        writer.integer(times);
    }
}

bool TopK::load(Reader& reader) {
    window_end_ = reader.integer();
    const std::size_t items = reader.count();
    for (std::size_t i = 0; i < items && !reader.is_bad(); ++i) {
        const std::string_view item = reader.text();
        count(item, reader.integer());
    }
    return !reader.is_bad();
}

}  // namespace freshet::flow
