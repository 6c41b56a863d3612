#include "delivery/conversion/lines.h"

#include <algorithm>

#include "base/check.h"
#include "delivery/stages/split.h"

namespace freshet::delivery {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// One object follows another, which no single document has outside of its strings.
bool may_hold_several(std::string_view record) {
    for (std::size_t at = record.find('}'); at != std::string_view::npos;
         at = record.find('}', at + 1)) {
        const std::size_t next = record.find_first_not_of(blanks, at + 1);
        if (next != std::string_view::npos && record[next] == '{') return true;
    }
    return false;
}

/// A document as one line. False when a string holds a line break, which JSON does not have.
bool append_document(std::string_view document, std::string& out) {
    bool is_in_string = false;
    const std::size_t begin = out.size();
    for (std::size_t i = 0; i < document.size(); ++i) {
        const char c = document[i];
        if (c == '\n' && is_in_string) {
            out.resize(begin);
            return false;
        }
        out += c == '\n' ? ' ' : c;
        if (c == '"')
            is_in_string = !is_in_string;
        else if (c == '\\' && is_in_string && i + 1 < document.size() && document[i + 1] != '\n')
            out += document[++i];
    }
    out += '\n';
    return true;
}

std::string_view without_end(std::string_view record) {
    if (record.ends_with('\n')) record.remove_suffix(1);
    if (record.ends_with('\r')) record.remove_suffix(1);
    return record;
}

}  // namespace

bool RecordLines::add(std::string_view record, std::string& out) {
    record = without_end(record);
    bool is_taken = true;
    if (!is_json_)
        add_rows(record, out);
    else if (record.find_first_not_of(blanks) == std::string_view::npos)
        is_taken = false;
    else if (record.contains('\n') || may_hold_several(record))
        is_taken = add_documents(record, out);
    else {
        out.append(record).append(1, '\n');
        took(1);
    }
    ++records_;
    return is_taken;
}

bool RecordLines::add_documents(std::string_view record, std::string& out) {
    const auto parts = split_json(record);
    if (!parts || parts->empty()) return false;
    const std::size_t begin = out.size();
    for (const std::string_view part : *parts) {
        if (append_document(part, out)) continue;
        out.resize(begin);
        return false;
    }
    took(parts->size());
    return true;
}

void RecordLines::add_rows(std::string_view record, std::string& out) {
    std::uint64_t count = 0;
    while (!record.empty()) {
        const std::size_t end = std::min(record.find('\n'), record.size());
        const std::string_view row = record.substr(0, end);
        record.remove_prefix(std::min(end + 1, record.size()));
        if (row.empty() || row == "\r") continue;
        out.append(row).append(1, '\n');
        ++count;
    }
    if (count > 0) took(count);
}

void RecordLines::took(std::uint64_t count) {
    const std::uint64_t line = lines_ + 1;
    const bool is_part = count > 1;
    const bool continues = !runs_.empty() && !is_part && !runs_.back().is_part &&
                           line - runs_.back().line == records_ - runs_.back().record;
    if (!continues) runs_.push_back({line, records_, is_part});
    lines_ += count;
}

std::uint64_t RecordLines::lines_before(std::size_t record) const {
    const auto after = std::ranges::upper_bound(runs_, record, {}, &Run::record);
    const std::uint64_t end = (after == runs_.end() ? lines_ + 1 : after->line) - 1;
    if (after == runs_.begin()) return 0;
    const Run& run = *std::prev(after);
    if (run.is_part) return run.record == record ? run.line - 1 : end;
    // Records after those of the run have no line.
    return std::min(run.line - 1 + (record - run.record), end);
}

RecordLines::Origin RecordLines::origin_of(std::uint64_t line) const {
    FRESHET_CHECK(line >= 1 && line <= lines_);
    const auto after = std::ranges::upper_bound(runs_, line, {}, &Run::line);
    FRESHET_CHECK(after != runs_.begin());
    const Run& run = *std::prev(after);
    if (run.is_part) return {run.record, true};
    return {run.record + static_cast<std::size_t>(line - run.line), false};
}

}  // namespace freshet::delivery
