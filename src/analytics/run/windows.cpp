#include "analytics/run/windows.h"

#include <algorithm>
#include <utility>

#include "analytics/limits.h"
#include "base/text/utf8.h"
#include "record/batch.h"

namespace freshet::analytics {
namespace {

bool is_full(const Window& window) {
    return window.rows.size() >= limits::window_rows_max ||
           window.bytes >= limits::windows_bytes_max;
}

void add_row(const flow::Emitted& from, std::size_t row, Window& window) {
    auto& cells = window.rows.emplace_back();
    for (const record::Vector& column : from.rows.columns) {
        auto& cell = cells.emplace_back();
        if (!column.nulls[row])
            cell = utf8_prefix(record::to_text(column, row), limits::window_cell_characters_max);
        window.bytes += sizeof cell + cell.value_or("").size();
    }
}

bool is_same(const Window& a, const Window& b) { return a.stream == b.stream && a.at == b.at; }

void drop_oldest(std::vector<Window>& windows) {
    std::size_t bytes = 0, kept = 0;
    for (auto one = windows.rbegin(); one != windows.rend() && kept < limits::windows_max; ++one) {
        bytes += one->bytes;
        if (kept > 0 && bytes > limits::windows_bytes_max) break;
        ++kept;
    }
    windows.erase(windows.begin(), windows.end() - static_cast<std::ptrdiff_t>(kept));
}

}  // namespace

std::vector<Window> windows_of(const std::vector<flow::Emitted>& emitted) {
    std::vector<Window> all;
    for (const flow::Emitted& one : emitted) {
        for (std::size_t row = 0; row < one.rows.rows(); ++row) {
            const Timestamp at = from_epoch_ms(one.rows.rowtimes[row]);
            if (all.empty() || all.back().stream != one.stream || all.back().at != at) {
                if (all.size() > 2 * limits::windows_max) drop_oldest(all);
                all.push_back({one.stream, at, one.columns, {}, 0});
            }
            if (!is_full(all.back())) add_row(one, row, all.back());
        }
    }
    drop_oldest(all);
    return all;
}

void add_windows(std::vector<Window> more, std::vector<Window>& windows) {
    for (Window& one : more) {
        if (windows.empty() || !is_same(windows.back(), one)) {
            windows.push_back(std::move(one));
            continue;
        }
        Window& last = windows.back();
        for (auto& row : one.rows) {
            if (is_full(last)) break;
            for (const auto& cell : row) last.bytes += sizeof cell + cell.value_or("").size();
            last.rows.push_back(std::move(row));
        }
    }
    drop_oldest(windows);
}

}  // namespace freshet::analytics
