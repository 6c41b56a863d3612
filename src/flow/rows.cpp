#include "flow/rows.h"

#include <numeric>

namespace freshet::flow {

void Troubles::add(std::uint32_t row, std::string message) {
    if (has(row)) return;
    if (row >= bad_.size()) bad_.resize(row + 1);
    bad_[row] = 1;
    all_.push_back({row, std::move(message)});
}

Rows rows_of(record::Batch batch) {
    Rows rows;
    rows.selection.resize(batch.rows());
    std::iota(rows.selection.begin(), rows.selection.end(), 0U);
    for (record::Vector& column : batch.columns)
        rows.columns.push_back(std::make_shared<const record::Vector>(std::move(column)));
    rows.rowtimes = std::make_shared<const std::vector<std::int64_t>>(std::move(batch.rowtimes));
    return rows;
}

record::Batch compacted(const Rows& rows) {
    record::Batch batch;
    record::Arena arena;
    for (const VectorPtr& from : rows.columns) {
        record::Vector& to = batch.columns.emplace_back(from->type);
        to.reserve(rows.selection.size());
        const bool is_text = record::storage_of(from->type.kind) == record::Storage::texts;
        if (is_text) to.owners.push_back(arena.owner());
        for (const std::uint32_t row : rows.selection) {
            if (is_text && !from->nulls[row])
                to.push(arena.copy(from->texts[row]));
            else
                to.push_from(*from, row);
        }
    }
    for (const std::uint32_t row : rows.selection) batch.rowtimes.push_back((*rows.rowtimes)[row]);
    return batch;
}

}  // namespace freshet::flow
