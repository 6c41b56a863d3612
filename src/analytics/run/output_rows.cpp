#include "analytics/run/output_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "analytics/limits.h"
#include "flow/error_rows.h"
#include "flow/program.h"

namespace freshet::analytics {

OutputRows::OutputRows(const std::vector<Output>& outputs, std::vector<flow::Emitted> emitted)
    : outputs_(outputs), emitted_(std::move(emitted)) {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        for (std::size_t k = 0; k < emitted_.size(); ++k) {
            if (outputs_[i].name == emitted_[k].stream) sources_.push_back({i, k, 0});
        }
    }
}

void OutputRows::skip(const std::map<std::string, std::uint64_t>& rows_out) {
    rows_out_ = rows_out;
    for (Source& source : sources_) {
        const auto out = rows_out.find(outputs_[source.output].id);
        if (out != rows_out.end()) source.next = out->second;
    }
}

bool OutputRows::is_done() {
    while (at_ < sources_.size() &&
           sources_[at_].next >= emitted_[sources_[at_].emitted].rows.rows())
        ++at_;
    return at_ == sources_.size();
}

OutputRows::Part OutputRows::next() {
    Part part;
    part.rows.resize(outputs_.size());
    std::size_t bytes = 0;
    while (!is_done() && part.count < limits::part_rows_max && bytes < limits::part_bytes_max) {
        Source& source = sources_[at_];
        const flow::Emitted& from = emitted_[source.emitted];
        const Output& output = outputs_[source.output];
        std::string text;
        std::vector<std::size_t> ends;
        while (source.next < from.rows.rows() && part.count + ends.size() < limits::part_rows_max &&
               bytes + text.size() < limits::part_bytes_max) {
            const std::size_t before = text.size(), row = source.next++;
            record::encode_row(output.format, from.columns, from.rows, row, text);
            ++rows_out_[output.id];
            if (text.size() - before > limits::row_bytes_max) {
                text.resize(before);
                ++too_large_;
                too_large_rowtime_ = from.rows.rowtimes[row];
                continue;
            }
            ends.push_back(text.size());
        }
        bytes += text.size();
        part.count += ends.size();
        const Bytes all = Bytes::own(std::move(text));
        std::size_t begin = 0;
        for (const std::size_t end : ends) {
            part.rows[source.output].push_back(all.slice(begin, end - begin));
            begin = end;
        }
    }
    part.is_last = is_done();
    if (!part.is_last) return part;
    if (too_large_ > 0) report_too_large(part);
    emitted_.clear();
    return part;
}

void OutputRows::report_too_large(Part& part) {
    flow::ErrorRows report;
    report.add("Row too large",
               fmt::format("{} rows are left out: a row of an output has at most {} MiB",
                           too_large_, limits::row_bytes_max >> 20),
               too_large_rowtime_, "", "");
    const record::Batch batch = report.take();
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        if (outputs_[i].name != flow::error_stream) continue;
        std::string text;
        record::encode_row(outputs_[i].format, flow::error_columns(), batch, 0, text);
        part.rows[i].push_back(Bytes::own(std::move(text)));
        ++part.count;
    }
}

}  // namespace freshet::analytics
