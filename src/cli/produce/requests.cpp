#include "cli/produce/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/check.h"
#include "record/kpl.h"

namespace freshet::cli {
namespace {

constexpr std::size_t aggregate_bytes_max = 51'200;  ///< the KPL's own default
constexpr std::size_t records_per_request_max = 500;
constexpr std::size_t bytes_per_request_max = 4'000'000;

}  // namespace

Requests::Requests(RequestOptions options)
    : options_(std::move(options)),
      rows_(options_.files, options_.rows),
      random_(std::random_device{}()) {}

Result<std::optional<ProduceRequest>> Requests::next() {
    ProduceRequest request;
    request.number = next_number_;
    request.first_row = std::max(rows_read_, skip_);
    auto filled = options_.rows.key.empty() ? fill_with_any(request) : fill_by_key(request);
    if (!filled) return pass(filled);
    if (request.records.empty()) return std::nullopt;
    FRESHET_CHECK(request.first_row + request.rows == rows_read_);  // no row is lost between two
    ++next_number_;
    return request;
}

/// With a rate, a request is what a tenth of a second brings.
bool Requests::is_due(std::size_t rows) const {
    return options_.rate > 0 && static_cast<double>(rows) >= options_.rate / 10;
}

Result<> Requests::fill_with_any(ProduceRequest& request) {
    while (request.records.size() < records_per_request_max &&
           request.bytes < bytes_per_request_max) {
        auto record = take_record();
        if (!record) return pass(record);
        if (!*record) return {};
        request.bytes += (*record)->data.size() + (*record)->key.size();
        request.rows += (*record)->rows;
        request.records.push_back(std::move(**record));
        if (is_due(request.rows)) return {};
    }
    return {};
}

Result<std::optional<ProducedRecord>> Requests::take_record() {
    record::Aggregator aggregator;
    ProducedRecord record;
    record.key = fmt::format("{:016x}", random_());
    while (true) {
        auto row = take_row();
        if (!row) return pass(row);
        if (!*row) break;
        ++record.rows;
        if (!options_.aggregates) {
            record.data = std::move((*row)->text);
            return record;
        }
        aggregator.add(record.key, (*row)->text);
        if (aggregator.size() >= aggregate_bytes_max || is_due(record.rows)) break;
    }
    if (record.rows == 0) return std::nullopt;
    record.data = aggregator.finish();
    return record;
}

/// One aggregate a key, so that none of a key's rows overtakes another when some records of the
/// request are refused. A key's rows never share an aggregate with another's: whichever shard the
/// key belongs to by then, all of the aggregate belongs there.
Result<> Requests::fill_by_key(ProduceRequest& request) {
    std::map<std::string, std::pair<record::Aggregator, std::size_t>> aggregates;
    bool is_full = false;
    while (!is_full) {
        auto row = take_row();
        if (!row) return pass(row);
        if (!*row) break;
        std::string& key = *(*row)->key;
        ++request.rows;
        request.bytes += (*row)->text.size() + key.size();
        if (options_.aggregates) {
            auto& [aggregate, rows] = aggregates[key];
            aggregate.add(key, (*row)->text);
            ++rows;
            is_full = aggregate.size() >= aggregate_bytes_max;
        } else {
            request.records.push_back({std::move(key), std::move((*row)->text), 1});
        }
        is_full = is_full || is_due(request.rows) || request.bytes >= bytes_per_request_max ||
                  aggregates.size() + request.records.size() >= records_per_request_max;
    }
    for (auto& [key, one] : aggregates)
        request.records.push_back({key, one.first.finish(), one.second});
    return {};
}

Result<std::optional<InputRow>> Requests::take_row() {
    while (true) {
        auto row = rows_.next();
        for (const std::string& note : rows_.notes()) fmt::print(stderr, "produce: {}\n", note);
        if (!row || !*row) return row;
        if (++rows_read_ <= skip_) {
            bytes_skipped_ = rows_.bytes_given();
            continue;
        }
        if (options_.adds_newline) (*row)->text += '\n';
        return row;
    }
}

std::string Requests::left_text(double seconds) const {
    const std::uint64_t given = rows_.bytes_given(), total = rows_.bytes_total();
    if (given <= bytes_skipped_ || total < given) return "";
    return fmt::format(", {:.0f} s left", seconds * static_cast<double>(total - given) /
                                              static_cast<double>(given - bytes_skipped_));
}

}  // namespace freshet::cli
