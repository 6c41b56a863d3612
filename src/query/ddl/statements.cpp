#include "query/ddl/statements.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "query/ddl/show_functions.h"
#include "query/tables.h"

namespace freshet::query {
namespace {

using Kind = sql::trino::StatementKind;
using sql::ErrorCode;

Column text_column(const char* name) { return Column{name, "string", 0, 0, false}; }

Problem port_problem(const Error& error) { return ddl_task_problem(error.message()); }

Problem not_partitioned(const CatalogTable& table) {
    return ddl_task_problem(fmt::format("Table {} is not a partitioned table", table.name));
}

/// The database that a statement names, or the one of its context.
std::string database_of(const sql::trino::Statement& statement,
                        const sql::trino::Context& context) {
    const auto& names = statement.names;
    return names.size() > 1 ? sql::trino::lower_case(names[names.size() - 2]) : context.database;
}

std::string with_slash(std::string text) {
    if (!text.ends_with('/')) text += '/';
    return text;
}

}  // namespace

io::Task<Outcome<Printed>> Statements::run(Home home, const Statement& statement,
                                           const sql::trino::Context& context, Cancel& cancel) {
    const std::string database = database_of(statement, context);
    switch (statement.kind) {
        case Kind::create_view: {
            auto answer = co_await create_view(std::move(home), statement, context);
            co_return answer;
        }
        case Kind::drop_view:
        case Kind::drop_table: {
            auto answer = co_await drop(std::move(home), statement, database);
            co_return answer;
        }
        case Kind::create_table: {
            auto answer = co_await create_table(std::move(home), statement, database);
            co_return answer;
        }
        case Kind::drop_database: {
            auto answer = co_await drop_database(std::move(home), statement);
            co_return answer;
        }
        case Kind::create_database: {
            auto answer = co_await create_database(std::move(home), statement);
            co_return answer;
        }
        case Kind::optimize: {
            auto answer = co_await optimize(std::move(home), statement, database, cancel);
            co_return answer;
        }
        case Kind::show_functions:
            co_return functions_like(statement.pattern);
        case Kind::show_databases:
        case Kind::show_tables:
        case Kind::show_views: {
            auto answer = co_await show(std::move(home), statement,
                                        statement.names.empty()
                                            ? context.database
                                            : sql::trino::lower_case(statement.names.back()));
            co_return answer;
        }
        case Kind::add_partitions:
        case Kind::drop_partitions:
        case Kind::add_columns:
        case Kind::repair_table:
        case Kind::show_columns:
        case Kind::show_partitions:
        case Kind::show_create_table:
        case Kind::show_create_view:
        case Kind::show_properties:
        case Kind::describe:
        case Kind::select:
            break;
    }
    auto answer = co_await on_table(std::move(home), statement, database);
    co_return answer;
}

io::Task<Outcome<Printed>> Statements::optimize(Home home, const Statement& statement,
                                                std::string database, Cancel& cancel) {
    Rewrite rewrite{database, sql::trino::lower_case(statement.names.back()), statement.where,
                    statement.converts, ""};
    if (!statement.into.empty())
        rewrite.into = fmt::format(
            "{}.{}",
            statement.into.size() > 1 ? statement.into[statement.into.size() - 2] : database,
            statement.into.back());
    auto done = co_await catalog_.optimize(std::move(home), std::move(rewrite), cancel);
    if (!done && done.error().is(PortErrc::not_found))
        co_return std::unexpected(no_table_problem(database, statement.names.back()));
    if (!done)
        co_return std::unexpected(
            problem_of(sql::ErrorCode::not_supported, done.error().message()));
    co_return Printed();
}

io::Task<Outcome<Printed>> Statements::on_table(Home home, const Statement& statement,
                                                std::string database) {
    auto table =
        co_await catalog_.table(home, database, sql::trino::lower_case(statement.names.back()));
    if (!table) {
        if (table.error().is(PortErrc::not_found))
            co_return std::unexpected(no_table_problem(database, statement.names.back()));
        co_return std::unexpected(port_problem(table.error()));
    }
    if (statement.kind == Kind::repair_table) {
        auto answer = co_await repair(std::move(home), std::move(*table));
        co_return answer;
    }
    if (statement.kind == Kind::add_partitions || statement.kind == Kind::drop_partitions ||
        statement.kind == Kind::add_columns) {
        auto answer = co_await change_partitions(std::move(home), statement, std::move(*table));
        co_return answer;
    }
    auto answer = co_await describe(std::move(home), statement, std::move(*table));
    co_return answer;
}

io::Task<Outcome<Printed>> Statements::create_database(Home home, const Statement& statement) {
    const std::string& name = statement.names[0];
    CatalogDatabase database{name, statement.comment, statement.location, {}};
    for (const auto& [key, value] : statement.properties) database.parameters[key] = value;
    auto done = co_await catalog_.create_database(home, std::move(database));
    if (done) co_return Printed{};
    if (!done.error().is(PortErrc::exists))
        co_return std::unexpected(hive_problem(done.error().message()));
    if (statement.has_if_not_exists) co_return Printed{};
    co_return std::unexpected(ddl_task_problem(fmt::format("Database {} already exists", name)));
}

io::Task<Outcome<Printed>> Statements::create_table(Home home, const Statement& statement,
                                                    std::string database) {
    auto table = table_of(statement, database);
    if (!table) co_return pass(table);
    auto known = co_await catalog_.database(home, database);
    if (!known) co_return std::unexpected(no_database_problem(database));
    auto done = co_await catalog_.create_table(home, std::move(*table));
    if (!done && !(statement.has_if_not_exists && done.error().is(PortErrc::exists))) {
        co_return std::unexpected(
            done.error().is(PortErrc::exists)
                ? ddl_task_problem(
                      fmt::format("AlreadyExistsException(message:Table {} already exists)",
                                  statement.names.back()))
                : port_problem(done.error()));
    }
    co_return Printed{};
}

io::Task<Outcome<Printed>> Statements::create_view(Home home, const Statement& statement,
                                                   const sql::trino::Context& context) {
    const std::string database = database_of(statement, context);
    const std::string name = sql::trino::lower_case(statement.names.back());
    auto analyzed = co_await planner_.analyze(home, *statement.query, context);
    if (!analyzed) co_return pass(analyzed);
    std::set<std::string> seen;
    for (const auto& column : analyzed->columns) {
        if (!seen.insert(sql::trino::lower_case(column.name)).second) {
            co_return std::unexpected(
                problem_of(ErrorCode::duplicate_column_name,
                           fmt::format("line {}:{}: Column name '{}' specified more than once",
                                       statement.at.line, statement.at.column, column.name)));
        }
    }
    auto existing = co_await catalog_.table(home, database, name);
    if (existing && (!statement.replaces || !is_view(*existing))) {
        co_return std::unexpected(
            problem_of(ErrorCode::already_exists,
                       fmt::format("line {}:{}: View already exists: 'awsdatacatalog.{}.{}'",
                                   statement.at.line, statement.at.column, database, name)));
    }
    CatalogTable view =
        make_view(database, name, statement.query_text, context.database, analyzed->columns);
    Result<> done;
    if (existing) {
        done = co_await catalog_.update_table(home, std::move(view));
    } else {
        done = co_await catalog_.create_table(home, std::move(view));
    }
    if (!done) co_return std::unexpected(port_problem(done.error()));
    co_return Printed{};
}

io::Task<Outcome<Printed>> Statements::drop(Home home, const Statement& statement,
                                            std::string database) {
    const std::string name = sql::trino::lower_case(statement.names.back());
    auto table = co_await catalog_.table(home, database, name);
    if (!table) {
        if (!table.error().is(PortErrc::not_found))
            co_return std::unexpected(port_problem(table.error()));
        if (statement.has_if_exists) co_return Printed{};
        co_return std::unexpected(
            statement.kind == Kind::drop_view
                ? problem_of(ErrorCode::table_not_found,
                             fmt::format("line 1:1: View 'awsdatacatalog.{}.{}' does not exist",
                                         database, name))
                : no_table_problem(database, name));
    }
    const bool is_a_view = is_view(*table);
    if (is_a_view != (statement.kind == Kind::drop_view)) {
        co_return std::unexpected(hive_problem(
            is_a_view
                ? "FAILED: SemanticException [Error 10261]: Cannot drop a view with DROP TABLE"
                : "line 1:1: '" + name + "' is a table, not a view; use DROP TABLE"));
    }
    auto done = co_await catalog_.drop_table(home, database, name);
    if (!done) co_return std::unexpected(port_problem(done.error()));
    co_return Printed{};
}

io::Task<Outcome<Printed>> Statements::drop_database(Home home, const Statement& statement) {
    const std::string& name = statement.names[0];
    auto known = co_await catalog_.database(home, name);
    if (!known) {
        if (statement.has_if_exists) co_return Printed{};
        co_return std::unexpected(no_database_problem(name));
    }
    if (!statement.cascades) {
        auto tables = co_await catalog_.tables(home, name);
        if (!tables) co_return std::unexpected(port_problem(tables.error()));
        if (!tables->empty())
            co_return std::unexpected(
                ddl_task_problem(fmt::format("InvalidOperationException(message:Database {} is not "
                                             "empty. One or more tables exist.)",
                                             name)));
    }
    auto done = co_await catalog_.drop_database(home, name);
    if (!done) co_return std::unexpected(port_problem(done.error()));
    co_return Printed{};
}

io::Task<Outcome<Printed>> Statements::show(Home home, const Statement& statement,
                                            std::string database) {
    Printed printed;
    if (statement.kind == Kind::show_databases) {
        printed.columns = {text_column("database_name")};
        auto databases = co_await catalog_.databases(home);
        if (!databases) co_return std::unexpected(port_problem(databases.error()));
        for (const auto& one : *databases) {
            if (matches_pattern(one.name, statement.pattern)) printed.lines.push_back(one.name);
        }
    } else {
        const bool views = statement.kind == Kind::show_views;
        printed.columns = {text_column(views ? "views" : "tab_name")};
        auto tables = co_await catalog_.tables(home, database);
        if (!tables) {
            co_return std::unexpected(tables.error().is(PortErrc::not_found)
                                          ? no_database_problem(database)
                                          : port_problem(tables.error()));
        }
        for (const auto& table : *tables) {
            if ((!views || is_view(table)) && matches_pattern(table.name, statement.pattern))
                printed.lines.push_back(table.name);
        }
    }
    std::ranges::sort(printed.lines);
    co_return printed;
}

io::Task<Outcome<Printed>> Statements::describe(Home home, const Statement& statement,
                                                CatalogTable table) {
    Printed printed;
    if (statement.kind == Kind::show_columns) {
        printed.columns = {text_column("field")};
        for (const auto* list : {&table.columns, &table.partition_keys}) {
            for (const auto& column : *list)
                printed.lines.push_back(fmt::format("{:<20}", column.name));
        }
    } else if (statement.kind == Kind::show_partitions) {
        printed.columns = {text_column("partition")};
        if (table.partition_keys.empty()) co_return std::unexpected(not_partitioned(table));
        auto partitions = co_await catalog_.partitions(home, table.database, table.name);
        if (!partitions) co_return std::unexpected(port_problem(partitions.error()));
        for (const auto& partition : *partitions)
            printed.lines.push_back(partition_path(table.partition_keys, partition.values));
    } else if (statement.kind == Kind::show_create_table) {
        if (is_view(table))
            co_return std::unexpected(hive_problem(
                fmt::format("FAILED: SemanticException {}.{} is a view; use SHOW CREATE VIEW",
                            table.database, table.name)));
        printed.columns = {text_column("createtab_stmt")};
        printed.lines = create_table_lines(table);
    } else if (statement.kind == Kind::show_create_view) {
        const auto view = read_view(table);
        if (!view)
            co_return std::unexpected(hive_problem(fmt::format(
                "FAILED: SemanticException {}.{} is not a view", table.database, table.name)));
        printed.columns = {text_column("Create View")};
        std::string text =
            fmt::format("CREATE VIEW {}.{} AS\n{}", table.database, table.name, view->sql);
        for (std::size_t at = 0; at <= text.size();) {
            const auto end = std::min(text.find('\n', at), text.size());
            printed.lines.push_back(text.substr(at, end - at));
            at = end + 1;
        }
    } else if (statement.kind == Kind::show_properties) {
        printed.columns = {text_column("prpt_name"), text_column("prpt_value")};
        for (const auto& [key, value] : table.parameters) {
            if (statement.pattern.empty() || statement.pattern == key)
                printed.lines.push_back(key + "\t" + value);
        }
    } else {
        printed.columns = {text_column("col_name"), text_column("data_type"),
                           text_column("comment")};
        printed.lines = describe_lines(table);
        if (statement.is_detailed) {
            printed.lines.insert(
                printed.lines.begin(),
                fmt::format("{:<20}\t{:<20}\t{:<20}", "# col_name", "data_type", "comment"));
            for (const auto& [name, text] : {std::pair("Database:", table.database),
                                             {"Location:", table.location},
                                             {"Table Type:", table.table_type},
                                             {"SerDe Library:", table.serde},
                                             {"InputFormat:", table.input_format},
                                             {"OutputFormat:", table.output_format}}) {
                printed.lines.push_back(fmt::format("{:<20}\t{:<20}\t ", name, text));
            }
        }
    }
    co_return printed;
}

io::Task<Outcome<Printed>> Statements::change_partitions(Home home, const Statement& statement,
                                                         CatalogTable table) {
    if (statement.kind == Kind::add_columns) {
        for (const auto& column : statement.table.columns)
            table.columns.push_back({column.name, column.type, column.comment});
        auto done = co_await catalog_.update_table(home, std::move(table));
        if (!done) co_return std::unexpected(port_problem(done.error()));
        co_return Printed{};
    }
    if (table.partition_keys.empty())
        co_return std::unexpected(hive_problem(
            "FAILED: SemanticException table is not partitioned but partition spec exists"));
    std::vector<CatalogPartition> made;
    for (const auto& spec : statement.partitions) {
        CatalogPartition partition;
        partition.values.resize(table.partition_keys.size());
        partition.storage.location = spec.location;
        std::size_t found = 0;
        for (const auto& [key, value] : spec.values) {
            for (std::size_t i = 0; i < table.partition_keys.size(); ++i) {
                if (table.partition_keys[i].name != key) continue;
                partition.values[i] = value;
                ++found;
            }
        }
        if (found != table.partition_keys.size() || spec.values.size() != found) {
            co_return std::unexpected(
                hive_problem("FAILED: SemanticException Partition spec does not name all partition "
                             "columns of the table, or others"));
        }
        if (spec.location.empty())
            partition.storage.location =
                with_slash(table.location) + partition_path(table.partition_keys, partition.values);
        made.push_back(std::move(partition));
    }
    for (auto& partition : made) {
        Result<> done;
        const std::string path = partition_path(table.partition_keys, partition.values);
        if (statement.kind == Kind::add_partitions) {
            done =
                co_await catalog_.create_partitions(home, table.database, table.name, {partition});
            if (!done && done.error().is(PortErrc::exists) && statement.has_if_not_exists) continue;
            if (!done && done.error().is(PortErrc::exists))
                co_return std::unexpected(ddl_task_problem(
                    "AlreadyExistsException(message:Partition already exists: " + path + ")"));
        } else {
            done = co_await catalog_.drop_partition(home, table.database, table.name,
                                                    partition.values);
            if (!done && done.error().is(PortErrc::not_found) && statement.has_if_exists) continue;
            if (!done && done.error().is(PortErrc::not_found))
                co_return std::unexpected(hive_problem(
                    "FAILED: SemanticException [Error 10006]: Partition not found " + path));
        }
        if (!done) co_return std::unexpected(port_problem(done.error()));
    }
    co_return Printed{};
}

io::Task<Outcome<Printed>> Statements::repair(Home home, CatalogTable table) {
    std::string bucket, prefix;
    if (table.partition_keys.empty() || !parse_location(table.location, bucket, prefix)) {
        co_return std::unexpected(not_partitioned(table));
    }
    prefix = prefix.empty() ? prefix : with_slash(prefix);
    auto objects = co_await objects_.locate(bucket, prefix);
    if (!objects) co_return std::unexpected(port_problem(objects.error()));
    auto known = co_await catalog_.partitions(home, table.database, table.name);
    if (!known) co_return std::unexpected(port_problem(known.error()));
    std::set<std::vector<std::string>> present;
    for (const auto& partition : *known) present.insert(partition.values);
    Printed printed;
    std::vector<CatalogPartition> missing;
    std::string line;
    for (const auto& object : *objects) {
        std::vector<std::string> values;
        std::size_t at = prefix.size();
        for (const auto& key : table.partition_keys) {
            const auto slash = object.key.find('/', at);
            const std::string start = key.name + "=";
            if (slash == std::string::npos || object.key.compare(at, start.size(), start) != 0)
                break;
            values.push_back(unescape_path(
                std::string_view(object.key).substr(at + start.size(), slash - at - start.size())));
            at = slash + 1;
        }
        if (values.size() != table.partition_keys.size() || !present.insert(values).second)
            continue;
        const std::string path = partition_path(table.partition_keys, values);
        line += (line.empty() ? "Partitions not in metastore:\t" : "\t") + table.name + ":" + path;
        CatalogPartition& partition = missing.emplace_back();
        partition.values = std::move(values);
        // The folder as it is named: path has %3A for a colon that a writer may have left as it is.
        partition.storage.location =
            with_slash(table.location) + object.key.substr(prefix.size(), at - 1 - prefix.size());
    }
    if (!line.empty()) printed.lines.push_back(line);
    for (const auto& partition : missing) {
        auto done =
            co_await catalog_.create_partitions(home, table.database, table.name, {partition});
        if (!done && !done.error().is(PortErrc::exists))
            co_return std::unexpected(port_problem(done.error()));
        printed.lines.push_back(
            fmt::format("Repair: Added partition to metastore {}:{}", table.name,
                        partition_path(table.partition_keys, partition.values)));
    }
    co_return printed;
}

}  // namespace freshet::query
