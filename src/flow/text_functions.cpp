// || and the functions over texts. Positions count characters from 1.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text/utf8.h"
#include "flow/evaluate.h"
#include "record/text.h"

namespace freshet::flow {

using record::Vector;
using sql::streaming::Function;
using sql::streaming::Op;
using sql::streaming::Typed;

namespace {

/// Characters [from, to) of `text`, counted from 0 and clipped.
std::string_view part(std::string_view text, std::int64_t from, std::int64_t to) {
    const auto length = static_cast<std::int64_t>(utf8_length(text));
    from = std::clamp<std::int64_t>(from, 0, length);
    to = std::clamp<std::int64_t>(to, from, length);
    const std::size_t first = utf8_prefix(text, static_cast<std::size_t>(from)).size();
    return utf8_prefix(text.substr(first), static_cast<std::size_t>(to - from));
}

std::string cased(Function function, std::string_view text) {
    std::string out(text);
    bool is_in_word = false;
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_upper =
            function == Function::upper || (function == Function::initcap && !is_in_word);
        c = static_cast<char>(is_upper ? std::toupper(byte) : std::tolower(byte));
        is_in_word = std::isalnum(byte) || byte >= 0x80;
    }
    return out;
}

std::string_view trim(std::string_view text, std::string_view character, const std::string& side) {
    if (character.empty()) return text;
    while (side != "TRAILING" && text.starts_with(character)) text.remove_prefix(character.size());
    while (side != "LEADING" && text.ends_with(character)) text.remove_suffix(character.size());
    return text;
}

std::int64_t position(std::string_view what, std::string_view text) {
    const std::size_t at = text.find(what);
    return at == std::string_view::npos
               ? 0
               : static_cast<std::int64_t>(utf8_length(text.substr(0, at))) + 1;
}

class TextCall {
  public:
    TextCall(const Typed& expr, const Args& args, const Evaluation& evaluation, Vector& result)
        : expr_(expr), args_(args), evaluation_(evaluation), result_(result) {
        result_.owners.push_back(arena_.owner());
    }

    void one(std::uint32_t row) {
        for (const VectorPtr& arg : args_) {
            if (arg->nulls[row]) return;
        }
        result_.nulls[row] = 0;
        if (expr_.op == Op::concat) {
            std::string joined;
            for (std::size_t i = 0; i < args_.size(); ++i) joined += text(i, row);
            return set(row, std::move(joined));
        }
        switch (expr_.function) {
            case Function::char_length:
                result_.integers[row] = static_cast<std::int64_t>(utf8_length(text(0, row)));
                return;
            case Function::position:
                result_.integers[row] = position(text(0, row), text(1, row));
                return;
            case Function::trim:
                return set(row, std::string(trim(text(0, row), text(1, row), expr_.unit)));
            case Function::substring:
            case Function::substring_from:
                return substring(row);
            case Function::overlay:
                return overlay(row);
            case Function::regex_replace:
                return replace(row);
            case Function::lower:
            case Function::upper:
            case Function::initcap:
                return set(row, cased(expr_.function, text(0, row)));
            case Function::abs:
            case Function::ceil:
            case Function::exp:
            case Function::floor:
            case Function::ln:
            case Function::log10:
            case Function::mod:
            case Function::power:
            case Function::sqrt:
            case Function::step_number:
            case Function::step_time:
            case Function::floor_time:
            case Function::ceil_time:
            case Function::extract:
            case Function::coalesce:
            case Function::null_if:
            case Function::char_to_timestamp:
            case Function::char_to_date:
            case Function::char_to_time:
            case Function::time_to_char:
            case Function::to_timestamp:
            case Function::unix_timestamp:
            case Function::tsdiff:
                return;
        }
    }

  private:
    std::string_view text(std::size_t arg, std::uint32_t row) const {
        return args_[arg]->texts[row];
    }
    std::int64_t number(std::size_t arg, std::uint32_t row) const {
        return args_[arg]->integers[row];
    }

    void set(std::uint32_t row, const std::string& value) {
        result_.texts[row] =
            arena_.copy(utf8_prefix(value, static_cast<std::size_t>(expr_.type.size)));
    }
    void trouble(std::uint32_t row, std::string message) {
        result_.nulls[row] = 1;
        evaluation_.troubles.add(row, std::move(message));
    }

    /// A start after the end is an empty text in the FROM form, NULL in the comma form, as the
    /// reference's tables show.
    void substring(std::uint32_t row) {
        const std::string_view from = text(0, row);
        const auto length = static_cast<std::int64_t>(utf8_length(from));
        const std::int64_t start = number(1, row);
        const std::int64_t count = args_.size() > 2 ? number(2, row) : length + 1;
        if (count < 0) return trouble(row, "SUBSTRING takes a length of 0 or more");
        if (start > length && expr_.function == Function::substring) {
            result_.nulls[row] = 1;
            return;
        }
        const std::int64_t end = args_.size() > 2 ? start - 1 + count : length;
        set(row, std::string(part(from, start - 1, end)));
    }

    void overlay(std::uint32_t row) {
        const std::string_view from = text(0, row), with = text(1, row);
        const std::int64_t start = number(2, row);
        const std::int64_t count =
            args_.size() > 3 ? number(3, row) : static_cast<std::int64_t>(utf8_length(with));
        if (start < 1 || count < 0)
            return trouble(row, "OVERLAY takes a position of 1 or more and a length of 0 or more");
        set(row, std::string(part(from, 0, start - 1)) + std::string(with) +
                     std::string(part(from, start - 1 + count, INT64_MAX)));
    }

    void replace(std::uint32_t row) {
        const std::int64_t start = number(3, row), occurrence = number(4, row);
        if (start < 1 || occurrence < 0)
            return trouble(
                row, "REGEX_REPLACE takes a position of 1 or more and an occurrence of 0 or more");
        if (!regex_ || regex_text_ != text(1, row)) {
            auto compiled = Regex::compile(text(1, row));
            if (!compiled) return trouble(row, compiled.error().message());
            regex_.emplace(std::move(*compiled));
            regex_text_ = text(1, row);
        }
        const std::size_t skipped =
            utf8_prefix(text(0, row), static_cast<std::size_t>(start - 1)).size();
        set(row, regex_->replace(text(0, row), text(2, row), skipped, occurrence));
    }

    const Typed& expr_;
    const Args& args_;
    const Evaluation& evaluation_;
    Vector& result_;
    record::Arena arena_;
    std::optional<Regex> regex_;
    std::string regex_text_;
};

}  // namespace

VectorPtr evaluate_text(const Typed& expr, const Args& args, const Evaluation& evaluation,
                        const Selection& selection) {
    auto result = new_vector(expr.type, args[0]->size());
    TextCall call(expr, args, evaluation, *result);
    for (const std::uint32_t row : selection) call.one(row);
    return result;
}

}  // namespace freshet::flow
