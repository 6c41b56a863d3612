#include "cli/input/rows.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "base/text/nearest.h"
#include "cli/input/csv_cells.h"
#include "cli/input/header.h"

namespace freshet::cli {
namespace {

constexpr std::size_t chunk = 1024 * 1024;
constexpr std::size_t told_header_max = 80;  ///< characters of a header in a note
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::optional<RowOptions::Form> form_of_name(std::string name) {
    if (name.ends_with(".gz")) name.resize(name.size() - 3);
    for (const char* end : {".json", ".jsonl", ".ndjson"})
        if (name.ends_with(end)) return RowOptions::Form::json;
    for (const char* end : {".csv", ".tsv"})
        if (name.ends_with(end)) return RowOptions::Form::csv;
    for (const char* end : {".log", ".txt"})
        if (name.ends_with(end)) return RowOptions::Form::lines;
    return std::nullopt;
}

std::string shortened(const std::string& text) {
    return text.size() <= told_header_max ? text : text.substr(0, told_header_max) + "...";
}

std::string_view without_return(std::string_view row) {
    if (row.ends_with('\r')) row.remove_suffix(1);
    return row;
}

}  // namespace

Result<> Rows::check_files() {
    bytes_total_ = 0;
    bool is_known = true;
    for (const std::string& name : files_) {
        if (auto checked = FileBytes::check(name); !checked) return checked;
        struct stat facts{};
        is_known = is_known && ::stat(name.c_str(), &facts) == 0 && S_ISREG(facts.st_mode);
        bytes_total_ += static_cast<std::uint64_t>(facts.st_size);
    }
    if (!is_known) bytes_total_ = 0;
    return {};
}

/// What lies unpacked in the buffer is as large a share of what was read as of what it became.
std::uint64_t Rows::bytes_given() const {
    if (!source_ || passed_ + buffer_.size() == 0) return bytes_before_;
    const double share =
        static_cast<double>(passed_ + at_) / static_cast<double>(passed_ + buffer_.size());
    return bytes_before_ +
           static_cast<std::uint64_t>(static_cast<double>(source_->bytes_used()) * share);
}

/// False when there is no file left.
Result<bool> Rows::open_next() {
    if (source_) bytes_before_ += source_->bytes_used();
    source_.reset();
    if (next_file_ == files_.size()) return false;
    name_ = files_[next_file_++];
    auto opened = FileBytes::open(name_);
    if (!opened) return pass(opened);
    source_ = std::move(*opened);
    row_ = at_ = passed_ = 0;
    is_all_read_ = false;
    buffer_.clear();
    if (auto begun = begin(); !begun) return pass(begun);
    return true;
}

/// False at the end of the file.
Result<bool> Rows::fill() {
    buffer_.erase(0, at_);
    passed_ += at_;
    at_ = 0;
    auto any = source_->read(buffer_, chunk);
    if (any) is_all_read_ = !*any;
    return any;
}

// --- what a file is

Rows::Form Rows::form_of_content() const {
    const std::string_view text = std::string_view(buffer_).substr(at_);
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || (text[first] != '{' && text[first] != '['))
        return Form::csv;
    const auto second = text.find_first_not_of(" \t\r\n", first + 1);
    const char next = second == std::string_view::npos ? ' ' : text[second];
    const bool is_json =
        text[first] == '{' ? next == '"' || next == '}' : next == '{' || next == '[' || next == ']';
    return is_json ? Form::json : Form::csv;
}

Result<> Rows::begin() {
    if (auto filled = fill(); !filled) return pass(filled);
    if (name_.ends_with(".gz") && !source_->is_gzip() && !is_all_read_)
        notes_.push_back(fmt::format("{}: it is not gzip, and is read as it is", name_));
    const bool is_utf16 = buffer_.starts_with("\xff\xfe") || buffer_.starts_with("\xfe\xff");
    if (is_utf16 && options_.form != Form::lines)
        return fail(Errc::invalid,
                    fmt::format("{}: it is UTF-16, whose rows cannot be told apart here; iconv -f "
                                "utf-16 -t utf-8 makes it readable, --format lines sends its bytes",
                                name_));
    form_ = options_.form;
    if (form_ == Form::automatic) form_ = form_of_name(name_).value_or(form_of_content());
    if (form_ != Form::lines && buffer_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
    json_ = {};
    is_header_next_ = false;
    key_column_.reset();
    if (form_ == Form::csv) return begin_csv();
    if (form_ == Form::lines && !options_.key.empty())
        return fail(Errc::invalid,
                    fmt::format("{}: lines have no column for --key {}; --format csv "
                                "or json reads them as rows",
                                name_, options_.key));
    if (form_ == Form::json && options_.form == Form::automatic)
        notes_.push_back(
            fmt::format("{}: JSON; each value, or element of an array, is a row on one "
                        "line",
                        name_));
    return {};
}

/// The first rows that the buffer holds whole.
std::vector<std::string> Rows::first_lines(std::size_t count) const {
    std::vector<std::string> lines;
    std::size_t from = at_;
    while (lines.size() < count && from < buffer_.size()) {
        std::size_t scanned = from;
        bool is_quoted = false;
        const auto end = line_end(from, scanned, is_quoted);
        if (!end && !is_all_read_) break;
        const std::size_t row_end = end.value_or(buffer_.size());
        const std::string_view row =
            without_return(std::string_view(buffer_).substr(from, row_end - from));
        if (!row.empty()) lines.emplace_back(row);
        from = row_end + 1;
    }
    return lines;
}

Result<> Rows::begin_csv() {
    // Two rows are looked at, at least, where there are two.
    while (!is_all_read_ && first_lines(2).size() < 2 && buffer_.size() < 2 * row_bytes_max) {
        if (auto filled = fill(); !filled) return pass(filled);
    }
    const std::vector<std::string> lines = first_lines(1 + header_sample_rows);
    if (lines.empty()) return {};
    delimiter_ = csv_delimiter_of(lines[0]);
    std::vector<std::vector<std::string>> cells;
    for (const std::string& line : lines) cells.push_back(csv_cells(line, delimiter_));
    const std::vector<std::string> first = std::move(cells.front());
    cells.erase(cells.begin());
    HeaderVerdict verdict{options_.header == RowOptions::Header::skip, ""};
    if (options_.header == RowOptions::Header::automatic) {
        verdict = judge_header(first, cells);
        if (std::ranges::find(first, options_.key) != first.end() && !options_.key.empty())
            verdict = {true, fmt::format("--key names '{}'", options_.key)};
        else if (!header_.empty() && lines[0] == header_)
            verdict = {true, "it is the header of the file before"};
        notes_.push_back(
            verdict.is_header
                ? fmt::format("{}: the first row is taken for a header and is not sent, because {} "
                              "(--header send sends it): {}",
                              name_, verdict.why, shortened(lines[0]))
                : fmt::format(
                      "{}: the first row is sent as a row, because {} (--header skip leaves "
                      "it out): {}",
                      name_, verdict.why, shortened(lines[0])));
    }
    is_header_next_ = verdict.is_header;
    if (verdict.is_header) header_ = lines[0];
    return find_key_column(first, verdict.is_header);
}

Result<> Rows::find_key_column(const std::vector<std::string>& first, bool is_header) {
    if (options_.key.empty()) return {};
    const auto named = std::ranges::find(first, options_.key);
    if (is_header && named != first.end()) {
        key_column_ = static_cast<std::size_t>(named - first.begin());
        return {};
    }
    std::size_t number = 0;
    const char* const end = options_.key.data() + options_.key.size();
    const auto read = std::from_chars(options_.key.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end && number >= 1 && number <= first.size()) {
        key_column_ = number - 1;
        return {};
    }
    if (!is_header)
        return fail(
            Errc::invalid,
            fmt::format("{}: there is no header to find --key {} in; --header skip says that "
                        "the first row is one, and a number from 1 to {} names a column too",
                        name_, options_.key, first.size()));
    const bool is_number = read.ec == std::errc() && read.ptr == end;
    return fail(Errc::invalid,
                fmt::format("{}: the header has no column '{}'{}", name_, options_.key,
                            is_number ? fmt::format("; it has {} columns", first.size())
                                      : did_you_mean(options_.key, first)));
}

// --- rows

/// The place of the line break that ends the row from `from`; a scan continues at `scanned`.
std::optional<std::size_t> Rows::line_end(std::size_t from, std::size_t& scanned,
                                          bool& is_quoted) const {
    scanned = std::max(scanned, from);
    while (scanned < buffer_.size() && (is_quoted || buffer_[scanned] != '\n')) {
        if (form_ == Form::csv && buffer_[scanned] == '"') is_quoted = !is_quoted;
        ++scanned;
    }
    if (scanned == buffer_.size()) return std::nullopt;
    return scanned;
}

std::unexpected<Error> Rows::too_long(bool is_quoted) const {
    return fail(Errc::invalid,
                fmt::format("{}: row {} is longer than {} bytes{}", name_, row_ + 1, row_bytes_max,
                            is_quoted ? "; a quote that does not end?" : ""));
}

/// The next row of CSV or lines; nothing at the end of the file.
Result<std::optional<std::string>> Rows::next_line() {
    while (true) {
        std::size_t scanned = at_;
        bool is_quoted = false;
        auto end = line_end(at_, scanned, is_quoted);
        while (!end && !is_all_read_ && scanned - at_ <= row_bytes_max) {
            scanned -= at_;
            if (auto more = fill(); !more) return pass(more);
            end = line_end(at_, scanned, is_quoted);
        }
        const std::size_t row_end = end.value_or(buffer_.size());
        if (row_end == at_ && !end) return std::nullopt;
        if (row_end - at_ > row_bytes_max) return too_long(is_quoted);
        ++row_;
        std::string row(without_return(std::string_view(buffer_).substr(at_, row_end - at_)));
        if (!end && is_quoted && row.find('\n') != std::string::npos)
            return fail(Errc::invalid,
                        fmt::format("{}: row {} has a quote that does not end, and takes all lines "
                                    "after it; --format lines sends lines as they are",
                                    name_, row_));
        at_ = std::min(row_end + 1, buffer_.size());
        if (row.empty()) continue;
        if (!std::exchange(is_header_next_, false)) return row;
    }
}

Result<std::optional<std::string>> Rows::next_json() {
    while (true) {
        std::string row;
        auto step = json_.next(buffer_, at_, is_all_read_, row);
        if (!step) {
            const std::string text = step.error().message();
            std::size_t byte = 0;  // of the buffer; people want that of the file
            std::from_chars(text.data() + 5, text.data() + text.size(), byte);
            return fail(Errc::invalid,
                        fmt::format("{}: row {}, byte {}: it is not JSON{}; --format lines sends "
                                    "lines as they are",
                                    name_, row_ + 1, passed_ + byte, text.substr(text.find(": "))));
        }
        if (*step == JsonRows::Step::end) return std::nullopt;
        if (*step == JsonRows::Step::row) {
            if (row.size() > row_bytes_max) return too_long(false);
            ++row_;
            return row;
        }
        if (buffer_.size() - at_ > 2 * row_bytes_max) return too_long(false);
        if (auto more = fill(); !more) return pass(more);
    }
}

Result<InputRow> Rows::with_key(std::string row) const {
    InputRow out{std::move(row), std::nullopt};
    if (options_.key.empty()) return out;
    std::string key;
    if (form_ == Form::json) {
        key = json_member(out.text, options_.key).value_or("");
    } else {
        auto cells = csv_cells(out.text, delimiter_);
        if (*key_column_ < cells.size()) key = std::move(cells[*key_column_]);
    }
    const auto characters = std::ranges::count_if(
        key, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    if (static_cast<std::size_t>(characters) > key_characters_max)
        return fail(Errc::invalid, fmt::format("{}: row {}: the key has {} characters; a partition "
                                               "key has at most {}",
                                               name_, row_, characters, key_characters_max));
    out.key = key.empty() ? "-" : std::move(key);
    return out;
}

Result<std::optional<InputRow>> Rows::next() {
    while (true) {
        if (source_) {
            auto row = form_ == Form::json ? next_json() : next_line();
            if (!row) return pass(row);
            if (*row) {
                auto whole = with_key(std::move(**row));
                if (!whole) return pass(whole);
                return std::move(*whole);
            }
        }
        auto opened = open_next();
        if (!opened) return pass(opened);
        if (!*opened) return std::nullopt;
    }
}

}  // namespace freshet::cli
