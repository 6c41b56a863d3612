#include "app/ports/functions.h"

namespace freshet::app {

void FunctionLines::append(const Home& home, const std::string& group, const std::string& stream,
                           std::vector<functions::LogLine> lines) {
    std::vector<monitor::Line> kept;
    for (functions::LogLine& line : lines) kept.push_back({line.time, std::move(line.text)});
    logs_.append({home, group}, stream, std::move(kept));
}

}  // namespace freshet::app
