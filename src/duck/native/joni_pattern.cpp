#include "duck/native/joni_pattern.h"

#include <cctype>

namespace freshet::duck {
namespace {

using std::string_view;

/// The ASCII set of \w, \d, \s and their opposites; "" for another letter.
string_view ascii_set(char letter) {
    switch (letter) {
        case 'w':
            return "[0-9A-Za-z_]";
        case 'W':
            return "[^0-9A-Za-z_]";
        case 'd':
            return "[0-9]";
        case 'D':
            return "[^0-9]";
        case 's':
            return "[\\t\\n\\x0b\\f\\r ]";
        case 'S':
            return "[^\\t\\n\\x0b\\f\\r ]";
        default:
            return "";
    }
}

class PatternWriter {
  public:
    explicit PatternWriter(string_view pattern) : in_(pattern) {}

    std::string whole() {
        while (at_ < in_.size()) {
            if (in_[at_] == '\\') {
                escape();
            } else if (in_[at_] == '[') {
                open_class();
            } else if (depth_ > 0) {
                in_class();
            } else {
                out_ += in_[at_++];
            }
        }
        return std::move(out_);
    }

  private:
    void open_class() {
        ++depth_;
        // [[:alpha:]] unchanged.
        if (depth_ > 1 && in_.substr(at_).starts_with("[:")) {
            const auto end = in_.find(":]", at_ + 2);
            if (end != string_view::npos) {
                out_ += in_.substr(at_, end + 2 - at_);
                at_ = end + 2;
                --depth_;
                is_after_range_ = false;
                return;
            }
        }
        out_ += in_[at_++];
        if (at_ < in_.size() && in_[at_] == '^') out_ += in_[at_++];
        // A bracket in the first place is itself.
        if (at_ < in_.size() && in_[at_] == ']') out_ += in_[at_++];
        is_after_range_ = false;
        is_after_single_ = false;
    }

    void in_class() {
        const char c = in_[at_];
        if (c == ']') {
            --depth_;
            out_ += in_[at_++];
            is_after_range_ = is_after_single_ = false;
            return;
        }
        const string_view rest = in_.substr(at_ + 1);
        if (c == '-' && is_after_range_ && !rest.starts_with(']') && !rest.starts_with("&&") &&
            !rest.starts_with('-')) {
            ++at_;  // the dash after a finished range
            is_after_range_ = false;
            return;
        }
        if (c == '-' && is_after_single_ && !rest.empty() && rest[0] != ']' && rest[0] != '[' &&
            rest[0] != '\\' && !rest.starts_with("&&")) {
            out_ += in_.substr(at_, 2);  // the range's upper end
            at_ += 2;
            while (at_ < in_.size() && (static_cast<unsigned char>(in_[at_]) & 0xC0U) == 0x80U)
                out_ += in_[at_++];
            is_after_single_ = false;
            is_after_range_ = true;
            return;
        }
        out_ += in_[at_++];
        is_after_single_ = c != '-';
        is_after_range_ = false;
    }

    void escape() {
        if (at_ + 1 >= in_.size()) {
            out_ += in_[at_++];
            return;
        }
        const char letter = in_[at_ + 1];
        if (letter == 'Q' && depth_ == 0) {
            const auto end = in_.find("\\E", at_ + 2);
            const std::size_t next = end == string_view::npos ? in_.size() : end + 2;
            out_ += in_.substr(at_, next - at_);
            at_ = next;
            return;
        }
        const string_view set = ascii_set(letter);
        at_ += 2;
        is_after_single_ = set.empty();
        is_after_range_ = false;
        if (!set.empty()) {
            out_ += depth_ > 0 ? std::string(set) : "(?-i:" + std::string(set) + ")";
            return;
        }
        if ((letter == 'p' || letter == 'P') && (at_ >= in_.size() || in_[at_] != '{')) {
            if (depth_ > 0 || at_ >= in_.size()) {
                out_ += letter;
            } else {
                out_ += std::string("\\") + letter + "{" + in_[at_++] + "}";
            }
            return;
        }
        if (letter == 'u') return unicode();
        if (letter == 'y' || letter == 'Y') {
            out_ += letter;
            return;
        }
        out_ += '\\';
        out_ += letter;
        is_after_single_ = letter != 'p' && letter != 'P';
    }

    void unicode() {
        std::string digits;
        while (digits.size() < 4 && at_ < in_.size() &&
               std::isxdigit(static_cast<unsigned char>(in_[at_])) != 0)
            digits += in_[at_++];
        out_ += digits.empty() ? "\\u" : "\\x{" + digits + "}";
    }

    string_view in_;
    std::string out_;
    std::size_t at_ = 0;
    int depth_ = 0;                 ///< of classes
    bool is_after_range_ = false;   ///< in a class, right after a-z
    bool is_after_single_ = false;  ///< in a class, right after one character
};

}  // namespace

std::string joni_pattern(string_view pattern) { return PatternWriter(pattern).whole(); }

}  // namespace freshet::duck
