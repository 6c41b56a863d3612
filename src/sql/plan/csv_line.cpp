#include "sql/plan/csv_line.h"

namespace freshet::sql::plan {

void append_csv_line(const std::vector<std::optional<std::string>>& row, std::string& out) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) out += ',';
        if (!row[i]) continue;
        out += '"';
        for (const char c : *row[i]) {
            if (c == '"') out += '"';
            out += c;
        }
        out += '"';
    }
    out += '\n';
}

}  // namespace freshet::sql::plan
