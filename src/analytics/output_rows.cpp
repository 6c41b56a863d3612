#include "analytics/output_rows.h"

#include <fmt/format.h>

#include "analytics/limits.h"
#include "flow/error_rows.h"
#include "flow/program.h"

namespace freshet::analytics {

OutputRows::OutputRows(const std::vector<Output>& outputs)
    : outputs_(outputs), encoded_(outputs.size()) {}

void OutputRows::add(const flow::Emitted& emitted) {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        if (outputs_[i].name != emitted.stream) continue;
        Encoded& into = encoded_[i];
        for (std::size_t row = 0; row < emitted.rows.rows(); ++row) {
            const std::size_t before = into.text.size();
            if (cut_ == 0)
                record::encode_row(outputs_[i].format, emitted.columns, emitted.rows, row,
                                   into.text);
            const std::size_t size = into.text.size() - before + limits::output_row_overhead_bytes;
            if (cut_ > 0 || bytes_ + size > limits::output_bytes_max) {
                into.text.resize(before);
                ++cut_;
                cut_rowtime_ = emitted.rows.rowtimes[row];
                continue;
            }
            bytes_ += size;
            into.ends.push_back(into.text.size());
        }
    }
}

void OutputRows::tell_cut() {
    flow::ErrorRows told;
    told.add("Output too large",
             fmt::format("{} rows are left out: one record makes more than the {} MiB of output "
                         "that one commit holds",
                         cut_, limits::output_bytes_max >> 20),
             cut_rowtime_, "", "");
    const record::Batch batch = told.take();
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        if (outputs_[i].name != flow::error_stream) continue;
        record::encode_row(outputs_[i].format, flow::error_columns(), batch, 0, encoded_[i].text);
        encoded_[i].ends.push_back(encoded_[i].text.size());
    }
}

std::vector<std::vector<Bytes>> OutputRows::finish(std::uint64_t& cut) {
    cut = cut_;
    if (cut_ > 0) tell_cut();
    std::vector<std::vector<Bytes>> all(outputs_.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Bytes text = Bytes::own(std::move(encoded_[i].text));
        all[i].reserve(encoded_[i].ends.size());
        std::size_t from = 0;
        for (const std::size_t end : encoded_[i].ends) {
            all[i].push_back(text.slice(from, end - from));
            from = end;
        }
    }
    return all;
}

}  // namespace freshet::analytics
