#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>

#include "base/time.h"

namespace freshet {
namespace {

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "freshet", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%v");
        made->set_level(spdlog::level::info);
        made->flush_on(spdlog::level::trace);
        return made;
    }();
    return *instance;
}

constexpr std::array<spdlog::level::level_enum, 5> levels{spdlog::level::debug, spdlog::level::info,
                                                          spdlog::level::warn, spdlog::level::err,
                                                          spdlog::level::off};
constexpr std::array<const char*, 5> names{"DEBUG", "INFO", "WARN", "ERROR", ""};

void append_value(std::string& line, std::string_view value) {
    const bool is_plain = !value.empty() && value.find_first_of(" \t\r\n\"=\\") == value.npos;
    if (is_plain) {
        line += value;
        return;
    }
    line += '"';
    for (const char c : value) {
        if (c == '\n') {
            line += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') line += '\\';
        line += c;
    }
    line += '"';
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(levels[static_cast<std::size_t>(level)]); }

void log_line(LogLevel level, std::string_view module, std::string_view event,
              std::initializer_list<LogField> fields) {
    const auto index = static_cast<std::size_t>(level);
    if (!logger().should_log(levels[index])) return;
    const auto now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
    std::string line = to_iso8601(now);
    line.append(" ").append(names[index]).append(" ").append(module).append(" ").append(event);
    for (const LogField& field : fields) {
        line.append(" ").append(field.key).append("=");
        append_value(line, field.value);
    }
    logger().log(levels[index], line);
}

}  // namespace freshet
