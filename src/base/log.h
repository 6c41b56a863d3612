// Structured log lines on standard error: `log_info("stream", "created", {{"name", n}})` prints
// `2026-01-02T03:04:05.678Z INFO stream created name=orders`. Values are quoted where they need it.
// Never pass a secret, a request body or a credential.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace freshet {

enum class LogLevel { debug, info, warn, error, off };

struct LogField {
    LogField(std::string_view key_, std::string_view value_) : key(key_), value(value_) {}
    LogField(std::string_view key_, const char* value_) : key(key_), value(value_) {}
    LogField(std::string_view key_, const std::string& value_) : key(key_), value(value_) {}
    template <class Number>
        requires std::is_arithmetic_v<Number>
    LogField(std::string_view key_, Number value_) : key(key_), value(std::to_string(value_)) {}
    std::string_view key;
    std::string value;
};

void set_log_level(LogLevel level);
void log_line(LogLevel level, std::string_view module, std::string_view event,
              std::initializer_list<LogField> fields);

inline void log_debug(std::string_view m, std::string_view e,
                      std::initializer_list<LogField> f = {}) {
    log_line(LogLevel::debug, m, e, f);
}
inline void log_info(std::string_view m, std::string_view e,
                     std::initializer_list<LogField> f = {}) {
    log_line(LogLevel::info, m, e, f);
}
inline void log_warn(std::string_view m, std::string_view e,
                     std::initializer_list<LogField> f = {}) {
    log_line(LogLevel::warn, m, e, f);
}
inline void log_error(std::string_view m, std::string_view e,
                      std::initializer_list<LogField> f = {}) {
    log_line(LogLevel::error, m, e, f);
}

}  // namespace freshet
