#include "app/lineage.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/check.h"
#include "io/files/optional_file.h"

namespace freshet::app {
namespace {

constexpr std::size_t run_count_max = 1000;
constexpr std::uint64_t file_bytes_max = 256 * 1024;

std::string path_in(const std::string& part) { return part + "/RUNS"; }

bool has(const Runs& runs, const Run& run) { return std::ranges::find(runs, run) != runs.end(); }

}  // namespace

Age compare(const Runs& part, const Runs& other) {
    if (part.empty() && other.empty()) return Age::same;
    if (part.empty()) return Age::missing;
    if (other.empty()) return Age::newer;
    if (part.back() == other.back()) return Age::same;
    if (has(part, other.back())) return Age::newer;
    return has(other, part.back()) ? Age::older : Age::foreign;
}

Result<Runs> load_runs(io::Disk& disk, const std::string& part) {
    const std::string path = path_in(part);
    auto text = io::read_optional_file(disk, path, file_bytes_max);
    if (!text) return pass(text);
    if (!*text) return Runs();
    Runs runs;
    std::istringstream lines(**text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        Run run;
        if (!(words >> run.number >> run.id) || run.number < 1)
            return fail(Errc::corrupt, fmt::format("{}: '{}' is not 'number id'", path, line));
        runs.push_back(std::move(run));
    }
    return runs;
}

Result<> save_runs(io::Disk& disk, const std::string& part, const Runs& runs) {
    if (auto made = disk.make_directories(part); !made) return made;
    std::string text;
    for (std::size_t i = runs.size() - std::min(runs.size(), run_count_max); i < runs.size(); ++i) {
        // What load_runs() demands of a line.
        FRESHET_CHECK(runs[i].number >= 1);
        FRESHET_CHECK(!runs[i].id.empty());
        text += fmt::format("{} {}\n", runs[i].number, runs[i].id);
    }
    return io::write_file(disk, path_in(part), text);
}

std::vector<meta::Migration> run_migrations() {
    return {{"data-directory", 1,
             "CREATE TABLE data_runs (number INTEGER PRIMARY KEY, id TEXT NOT NULL, format INTEGER "
             "NOT NULL)"}};
}

Result<Runs> load_runs(const meta::Database& database) {
    Runs runs;
    auto read = database.read_now([&](const meta::Connection& connection) {
        return connection.query("SELECT number, id FROM data_runs ORDER BY number", {},
                                [&](const meta::Row& row) {
                                    runs.push_back({row.integer(0), row.text(1)});
                                    return true;
                                });
    });
    if (!read) return pass(read);
    return runs;
}

Result<Runs> load_runs(const meta::Inspection& inspection) {
    auto table = inspection.rows("SELECT name FROM sqlite_master WHERE name = 'data_runs'");
    if (!table) return pass(table);
    if (table->empty()) return Runs();
    auto rows = inspection.rows("SELECT number, id FROM data_runs ORDER BY number");
    if (!rows) return pass(rows);
    Runs runs;
    for (const auto& row : *rows) runs.push_back({std::stoll(row[0]), row[1]});
    return runs;
}

Result<> add_run(meta::Database& database, const Run& run, int format) {
    return database.write_now([&](meta::Txn& txn) -> Result<> {
        auto added = txn.execute("INSERT INTO data_runs VALUES (?1, ?2, ?3)",
                                 {run.number, run.id, std::int64_t{format}});
        if (!added) return pass(added);
        auto cut = txn.execute("DELETE FROM data_runs WHERE number <= ?1",
                               {run.number - static_cast<std::int64_t>(run_count_max)});
        if (!cut) return pass(cut);
        return {};
    });
}

}  // namespace freshet::app
