// Dates by pattern: date_format and date_parse with MySQL's %-letters, format_datetime and
// parse_datetime with Joda's repeated letters. A letter that is not built is an error.
#include <algorithm>
#include <cstdio>

#include "base/calendar.h"
#include "base/text/time_pattern.h"
#include "duck/native/adapter.h"
#include "duck/native/parse_value.h"
#include "duck/native/time/date_patterns.h"
#include "duck/native/time/zones.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using std::string_view;

struct Moment {
    Civil date{};
    int hour = 0, minute = 0, second = 0, micros = 0, weekday = 0, day_of_year = 0;
};

Moment moment_of(std::int64_t stamp) {
    Moment m;
    const std::int64_t day = floor_div(stamp, 86'400'000'000);
    const std::int64_t rest = stamp - day * 86'400'000'000;
    m.date = civil_of(day);
    m.hour = static_cast<int>(rest / 3'600'000'000);
    m.minute = static_cast<int>(rest / 60'000'000 % 60);
    m.second = static_cast<int>(rest / 1'000'000 % 60);
    m.micros = static_cast<int>(rest % 1'000'000);
    m.weekday = weekday_of(day);
    m.day_of_year = day_of_year(day);
    return m;
}

string_view month_name(const Moment& m) {
    return month_names[static_cast<std::size_t>(m.date.month - 1)];
}
string_view weekday_name(const Moment& m) {
    return weekday_names[static_cast<std::size_t>(m.weekday)];
}

std::string number(std::int64_t value, int width) {
    char text[32];
    std::snprintf(text, sizeof text, "%0*lld", width, static_cast<long long>(value));
    return text;
}
int twelve(int hour) { return hour % 12 == 0 ? 12 : hour % 12; }

struct IsoWeek {
    std::int64_t year;
    int week;
};
IsoWeek iso_week(const Moment& m) {
    const int week = (m.day_of_year - 1 - m.weekday + 10) / 7;
    const auto weeks_in = [](std::int64_t year) {
        const auto p = [](std::int64_t y) { return (y + y / 4 - y / 100 + y / 400) % 7; };
        return p(year) == 4 || p(year - 1) == 3 ? 53 : 52;
    };
    if (week < 1) return {m.date.year - 1, weeks_in(m.date.year - 1)};
    if (week > weeks_in(m.date.year)) return {m.date.year + 1, 1};
    return {m.date.year, week};
}

std::string mysql_letter(char letter, const Moment& m) {
    switch (letter) {
        case 'a':
            return std::string(short_name(weekday_name(m)));
        case 'b':
            return std::string(short_name(month_name(m)));
        case 'c':
            return number(m.date.month, 1);
        case 'd':
            return number(m.date.day, 2);
        case 'e':
            return number(m.date.day, 1);
        case 'f':
            return number(m.micros, 6);
        case 'H':
            return number(m.hour, 2);
        case 'h':
        case 'I':
            return number(twelve(m.hour), 2);
        case 'i':
            return number(m.minute, 2);
        case 'j':
            return number(m.day_of_year, 3);
        case 'k':
            return number(m.hour, 1);
        case 'l':
            return number(twelve(m.hour), 1);
        case 'M':
            return std::string(month_name(m));
        case 'm':
            return number(m.date.month, 2);
        case 'p':
            return m.hour < 12 ? "AM" : "PM";
        case 'r':
            return number(twelve(m.hour), 2) + ":" + number(m.minute, 2) + ":" +
                   number(m.second, 2) + (m.hour < 12 ? " AM" : " PM");
        case 'S':
        case 's':
            return number(m.second, 2);
        case 'T':
            return number(m.hour, 2) + ":" + number(m.minute, 2) + ":" + number(m.second, 2);
        case 'v':
            return number(iso_week(m).week, 2);
        case 'W':
            return std::string(weekday_name(m));
        case 'x':
            return number(iso_week(m).year, 4);
        case 'Y':
            return number(m.date.year, 4);
        case 'y':
            return number(m.date.year % 100, 2);
        default:
            break;
    }
    if (string_view("DUuVwX").find(letter) != string_view::npos) {
        raise(sql::ErrorCode::invalid_function_argument,
              std::string("%") + letter + " not supported in date format string");
    }
    return std::string(1, letter);
}

std::string date_format(duckdb::timestamp_t stamp, string_view pattern) {
    const Moment m = moment_of(stamp.value);
    std::string made;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '%' || i + 1 == pattern.size()) {
            made += pattern[i];
        } else {
            made += mysql_letter(pattern[++i], m);
        }
    }
    return made;
}

/// What a pattern has read so far.
struct Fields {
    std::int64_t year = 1970;
    int month = 1, day = 1, hour = 0, minute = 0, second = 0, micros = 0;
    int half_hour = -1, day_of_year = -1;
    bool is_pm = false, has_half = false;
    std::optional<int> zone;
};

class PatternReader {
  public:
    explicit PatternReader(string_view text) : text_(text) {}
    Fields fields;

    bool take_digits(std::int64_t& value, std::size_t most, std::size_t least = 1) {
        std::size_t count = 0;
        value = 0;
        while (count < most && count < text_.size() && text_[count] >= '0' && text_[count] <= '9')
            value = value * 10 + (text_[count++] - '0');
        if (count < least) return false;
        text_.remove_prefix(count);
        return true;
    }
    bool take_small(int& value, std::size_t most, int low, int high) {
        std::int64_t wide = 0;
        if (!take_digits(wide, most) || wide < low || wide > high) return false;
        value = static_cast<int>(wide);
        return true;
    }
    bool take_fraction(std::size_t most) {
        std::size_t count = 0;
        int value = 0;
        while (count < most && count < text_.size() && text_[count] >= '0' && text_[count] <= '9') {
            if (count < 6) value = value * 10 + (text_[count] - '0');
            ++count;
        }
        for (std::size_t i = count; i < 6; ++i) value *= 10;
        text_.remove_prefix(count);
        fields.micros = value;
        return count > 0;
    }
    bool take_literal(char c) {
        if (!text_.starts_with(c)) return false;
        text_.remove_prefix(1);
        return true;
    }
    template <std::size_t n>
    bool take_name(const std::array<string_view, n>& names, int& index) {
        for (const bool whole : {true, false}) {
            for (std::size_t i = 0; i < n; ++i) {
                const string_view wanted = whole ? names[i] : short_name(names[i]);
                if (text_.size() < wanted.size() ||
                    !std::ranges::equal(text_.substr(0, wanted.size()), wanted, [](char a, char b) {
                        return std::tolower(a) == std::tolower(b);
                    }))
                    continue;
                text_.remove_prefix(wanted.size());
                index = static_cast<int>(i);
                return true;
            }
        }
        return false;
    }
    bool take_half_day() {
        static constexpr string_view halves[] = {"AM ", "PM "};
        for (int i = 0; i < 2; ++i) {
            if (text_.size() < 2 || std::toupper(text_[0]) != halves[i][0] ||
                std::toupper(text_[1]) != 'M')
                continue;
            text_.remove_prefix(2);
            fields.is_pm = i == 1;
            fields.has_half = true;
            return true;
        }
        return false;
    }
    bool take_zone() {
        std::size_t count = 0;
        while (count < text_.size() &&
               (std::isalnum(static_cast<unsigned char>(text_[count])) != 0 ||
                string_view("+-:/_").find(text_[count]) != string_view::npos))
            ++count;
        fields.zone = zone_key(text_.substr(0, count));
        text_.remove_prefix(count);
        return fields.zone.has_value();
    }
    bool take_year_of_two() {
        std::int64_t value = 0;
        if (!take_digits(value, 2, 2)) return false;
        fields.year = value + (value < 70 ? 2000 : 1900);
        return true;
    }
    bool has_ended() const { return text_.empty(); }
    /// How many come next.
    std::size_t digits() const {
        const std::size_t end = text_.find_first_not_of("0123456789");
        return end == string_view::npos ? text_.size() : end;
    }

    /// Local microseconds; nullopt when there is no such day.
    std::optional<std::int64_t> micros() const {
        int hour = fields.hour;
        if (fields.half_hour >= 0) hour = fields.half_hour % 12 + (fields.is_pm ? 12 : 0);
        std::int64_t day = 0;
        if (fields.day_of_year > 0) {
            day = day_of({fields.year, 1, 1}) + fields.day_of_year - 1;
        } else {
            const Civil date{fields.year, fields.month, fields.day};
            if (!is_valid(date)) return std::nullopt;
            day = day_of(date);
        }
        return day * 86'400'000'000 +
               ((hour * 60 + fields.minute) * 60LL + fields.second) * 1'000'000 + fields.micros;
    }

  private:
    string_view text_;
};

bool read_mysql(PatternReader& in, char letter) {
    Fields& f = in.fields;
    int index = 0;
    switch (letter) {
        case 'Y':
            return in.take_digits(f.year, 4);
        case 'y':
            return in.take_year_of_two();
        case 'm':
        case 'c':
            return in.take_small(f.month, 2, 1, 12);
        case 'd':
        case 'e':
            return in.take_small(f.day, 2, 1, 31);
        case 'H':
        case 'k':
            return in.take_small(f.hour, 2, 0, 23);
        case 'h':
        case 'I':
        case 'l':
            return in.take_small(f.half_hour, 2, 1, 12);
        case 'i':
            return in.take_small(f.minute, 2, 0, 59);
        case 's':
        case 'S':
            return in.take_small(f.second, 2, 0, 59);
        case 'f':
            return in.take_fraction(9);
        case 'p':
            return in.take_half_day();
        case 'j':
            return in.take_small(f.day_of_year, 3, 1, 366);
        case 'M':
        case 'b':
            if (!in.take_name(month_names, index)) return false;
            f.month = index + 1;
            return true;
        case 'a':
        case 'W':
            return in.take_name(weekday_names, index);
        case 'T':
            return read_mysql(in, 'H') && in.take_literal(':') && read_mysql(in, 'i') &&
                   in.take_literal(':') && read_mysql(in, 's');
        case 'r':
            return read_mysql(in, 'h') && in.take_literal(':') && read_mysql(in, 'i') &&
                   in.take_literal(':') && read_mysql(in, 's') && in.take_literal(' ') &&
                   in.take_half_day();
        case '%':
            return in.take_literal('%');
        default:
            break;
    }
    raise(sql::ErrorCode::invalid_function_argument,
          std::string("%") + letter + " not supported in date format string");
}

[[noreturn]] void bad_date(string_view text) {
    raise(sql::ErrorCode::invalid_function_argument,
          "Invalid format: \"" + std::string(text) + "\"");
}

duckdb::timestamp_t date_parse(string_view text, string_view pattern) {
    PatternReader in(text);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool is_letter = pattern[i] == '%' && i + 1 < pattern.size();
        if (is_letter ? !read_mysql(in, pattern[++i]) : !in.take_literal(pattern[i]))
            bad_date(text);
    }
    const auto micros = in.micros();
    if (!in.has_ended() || !micros) bad_date(text);
    return duckdb::timestamp_t(floor_div(*micros, 1000) * 1000);
}

[[noreturn]] void bad_pattern(char letter) {
    raise(sql::ErrorCode::invalid_function_argument,
          std::string("Illegal pattern component: ") + letter);
}

std::string joda_text(const PatternPart& part, const Moment& m, string_view zone) {
    const int width = static_cast<int>(part.count);
    switch (part.letter) {
        case 'y':
        case 'Y':
            return part.count == 2 ? number(m.date.year % 100, 2) : number(m.date.year, width);
        case 'x':
            return number(iso_week(m).year, width);
        case 'w':
            return number(iso_week(m).week, width);
        case 'M':
            return part.count >= 4   ? std::string(month_name(m))
                   : part.count == 3 ? std::string(short_name(month_name(m)))
                                     : number(m.date.month, width);
        case 'd':
            return number(m.date.day, width);
        case 'D':
            return number(m.day_of_year, width);
        case 'e':
            return number(m.weekday + 1, width);
        case 'E':
            return std::string(part.count >= 4 ? weekday_name(m) : short_name(weekday_name(m)));
        case 'H':
            return number(m.hour, width);
        case 'k':
            return number(m.hour == 0 ? 24 : m.hour, width);
        case 'h':
            return number(twelve(m.hour), width);
        case 'K':
            return number(m.hour % 12, width);
        case 'm':
            return number(m.minute, width);
        case 's':
            return number(m.second, width);
        case 'S':
            return (number(m.micros, 6) + std::string(20, '0'))
                .substr(0, std::min<std::size_t>(part.count, 20));
        case 'a':
            return m.hour < 12 ? "AM" : "PM";
        case 'Z':
            if (part.count >= 3) return std::string(zone);
            break;
        default:
            break;
    }
    bad_pattern(part.letter);
}

std::string format_zoned(duckdb::timestamp_t stamp, string_view pattern, string_view zone) {
    const Moment m = moment_of(stamp.value);
    std::string made;
    while (!pattern.empty()) {
        const PatternPart part = take_pattern_part(pattern);
        made += part.letter == '\0' ? part.text : joda_text(part, m, zone);
    }
    return made;
}
std::string format_plain(duckdb::timestamp_t stamp, string_view pattern) {
    return format_zoned(stamp, pattern, "UTC");
}

/// The patterns whose values are numbers, after which the next field must know where it begins.
bool is_numeric(const PatternPart& part) {
    if (part.letter == 'M') return part.count < 3;
    return part.letter != '\0' && string_view("cCxyYdhHmsSeDFwWkK").contains(part.letter);
}

/// Joda's rule for years: as many digits as there are, unless a number follows directly, which
/// leaves the year the width of its letters. Two letters are a year of the century, and with more
/// digits, where no number follows, a whole year.
bool read_year(PatternReader& in, std::size_t width, bool is_number_next) {
    constexpr std::size_t digits_max = 9;
    if (width == 2 && (is_number_next || in.digits() == 2)) return in.take_year_of_two();
    return in.take_digits(in.fields.year, is_number_next ? width : digits_max);
}

bool read_joda(PatternReader& in, const PatternPart& part, bool is_number_next) {
    Fields& f = in.fields;
    const std::size_t most = std::max<std::size_t>(part.count, 2);
    int index = 0;
    switch (part.letter) {
        case 'y':
        case 'Y':
            return read_year(in, part.count, is_number_next);
        case 'M':
            if (part.count < 3) return in.take_small(f.month, most, 1, 12);
            if (!in.take_name(month_names, index)) return false;
            f.month = index + 1;
            return true;
        case 'd':
            return in.take_small(f.day, most, 1, 31);
        case 'D':
            return in.take_small(f.day_of_year, std::max<std::size_t>(part.count, 3), 1, 366);
        case 'E':
            return in.take_name(weekday_names, index);
        case 'H':
            return in.take_small(f.hour, most, 0, 23);
        case 'h':
            return in.take_small(f.half_hour, most, 1, 12);
        case 'm':
            return in.take_small(f.minute, most, 0, 59);
        case 's':
            return in.take_small(f.second, most, 0, 59);
        case 'S':
            return in.take_fraction(part.count);
        case 'a':
            return in.take_half_day();
        case 'Z':
        case 'z':
            return in.take_zone();
        default:
            bad_pattern(part.letter);
    }
}

struct ZonedMicros {
    std::int64_t local = 0;
    int zone = 0;
};
std::optional<ZonedMicros> read_joda_text(string_view text, string_view pattern) {
    PatternReader in(text);
    while (!pattern.empty()) {
        const PatternPart part = take_pattern_part(pattern);
        bool is_good = true;
        if (part.letter == '\0') {
            for (const char c : part.text) is_good = is_good && in.take_literal(c);
        } else {
            string_view rest = pattern;
            const bool is_number_next = !rest.empty() && is_numeric(take_pattern_part(rest));
            is_good = read_joda(in, part, is_number_next);
        }
        if (!is_good) return std::nullopt;
    }
    const auto micros = in.micros();
    if (!in.has_ended() || !micros) return std::nullopt;
    return ZonedMicros{*micros, in.fields.zone.value_or(0)};
}

std::int64_t parse_datetime(string_view text, string_view pattern) {
    const auto read = read_joda_text(text, pattern);
    if (!read) bad_date(text);
    return pack({instant_micros(read->local, read->zone), read->zone});
}

}  // namespace

std::optional<std::int64_t> parse_joda(string_view text, string_view pattern) {
    const auto read = read_joda_text(text, pattern);
    if (!read) return std::nullopt;
    return instant_micros(read->local, read->zone);
}

void add_date_patterns(duckdb::ExtensionLoader& loader) {
    add_native(loader, "date_format", &date_format);
    add_native(loader, "date_parse", &date_parse);
    add_native(loader, "format_datetime", &format_plain);
    add_native(loader, "format_datetime", &format_zoned);
    add_native(loader, "parse_datetime", &parse_datetime);
}

}  // namespace freshet::duck
