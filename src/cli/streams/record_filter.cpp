#include "cli/streams/record_filter.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace freshet::cli {

RecordFilter::RecordFilter(Wanted wanted, std::unique_ptr<re2::RE2> regex)
    : wanted_(std::move(wanted)), regex_(std::move(regex)) {}
RecordFilter::RecordFilter(RecordFilter&&) noexcept = default;
RecordFilter::~RecordFilter() = default;

Result<RecordFilter> RecordFilter::make(const Wanted& wanted) {
    std::unique_ptr<re2::RE2> regex;
    if (!wanted.regex.empty()) {
        re2::RE2::Options options;
        options.set_log_errors(false);
        regex = std::make_unique<re2::RE2>(wanted.regex, options);
        if (!regex->ok())
            return fail(Errc::invalid, fmt::format("the regular expression '{}' cannot be read: {}",
                                                   wanted.regex, regex->error()));
    }
    return RecordFilter(wanted, std::move(regex));
}

bool RecordFilter::passes(std::string_view key, std::string_view data) const {
    if (!wanted_.key.empty() && key != wanted_.key) return false;
    if (data.find(wanted_.contains) == std::string_view::npos) return false;
    return !regex_ || re2::RE2::PartialMatch(re2::StringPiece(data.data(), data.size()), *regex_);
}

}  // namespace freshet::cli
