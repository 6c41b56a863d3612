#include "meta/inspection.h"

#include <sqlite3.h>

#include <filesystem>
#include <utility>

#include "meta/sqlite_error.h"

namespace freshet::meta {

Inspection::Inspection(std::string path, void* handle) : path_(std::move(path)), handle_(handle) {}
Inspection::Inspection(Inspection&& other) noexcept
    : path_(std::move(other.path_)), handle_(std::exchange(other.handle_, nullptr)) {}
Inspection::~Inspection() { sqlite3_close(static_cast<sqlite3*>(handle_)); }

Result<Inspection> Inspection::open(const std::string& path) {
    sqlite3* db = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    Inspection inspection(path, db);
    if (code != SQLITE_OK) return std::unexpected(sqlite_error(db, code, "open " + path));
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    if (auto checked = inspection.check(); !checked) return pass(checked);
    return inspection;
}

Result<> Inspection::check() const {
    std::error_code ignored;
    if (std::filesystem::file_size(path_, ignored) > inspected_bytes_max) return {};
    auto found = rows("PRAGMA integrity_check(1)");
    if (!found) return pass(found);
    const std::string verdict =
        found->empty() || found->front().empty() ? "no answer" : found->front().front();
    if (verdict == "ok") return {};
    return fail(freshet::Errc::corrupt, verdict);
}

Result<std::vector<std::vector<std::string>>> Inspection::rows(const std::string& sql) const {
    auto* db = static_cast<sqlite3*>(handle_);
    sqlite3_stmt* statement = nullptr;
    std::vector<std::vector<std::string>> all;
    int code =
        sqlite3_prepare_v2(db, sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code != SQLITE_ROW) break;
        std::vector<std::string> row;
        for (int column = 0; column < sqlite3_column_count(statement); ++column) {
            const auto* text =
                reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
            row.emplace_back(text ? text : "");
        }
        all.push_back(std::move(row));
    }
    auto problem = sqlite_error(db, code, sql);
    sqlite3_finalize(statement);
    if (code == SQLITE_DONE) return all;
    return std::unexpected(std::move(problem));
}

}  // namespace freshet::meta
