// Statements on the catalog: DDL, SHOW, DESCRIBE, MSCK. Their output is lines of text, as Hive
// prints them.
#pragma once
#include <string>
#include <vector>

#include "query/planner.h"
#include "query/ports.h"
#include "sql/trino/parse/tree.h"

namespace freshet::query {

struct Printed {
    std::vector<Column> columns;
    std::vector<std::string> lines;
};

/// Has no state of its own: statements may run side by side. The ports and the planner outlive it.
/// Home core only. When run() completes, the catalog has made its change durable.
class Statements {
  public:
    Statements(CatalogPort& catalog, ObjectsPort& objects, Planner& planner)
        : catalog_(catalog), objects_(objects), planner_(planner) {}
    io::Task<Outcome<Printed>> run(Home home, const sql::trino::Statement& statement,
                                   const sql::trino::Context& context, Cancel& cancel);

  private:
    using Statement = sql::trino::Statement;
    io::Task<Outcome<Printed>> show(Home home, const Statement& statement, std::string database);
    io::Task<Outcome<Printed>> describe(Home home, const Statement& statement, CatalogTable table);
    /// What names a table that must exist.
    io::Task<Outcome<Printed>> on_table(Home home, const Statement& statement,
                                        std::string database);
    io::Task<Outcome<Printed>> create_database(Home home, const Statement& statement);
    io::Task<Outcome<Printed>> create_table(Home home, const Statement& statement,
                                            std::string database);
    io::Task<Outcome<Printed>> create_view(Home home, const Statement& statement,
                                           const sql::trino::Context& context);
    io::Task<Outcome<Printed>> optimize(Home home, const Statement& statement, std::string database,
                                        Cancel& cancel);
    io::Task<Outcome<Printed>> drop(Home home, const Statement& statement, std::string database);
    io::Task<Outcome<Printed>> drop_database(Home home, const Statement& statement);
    io::Task<Outcome<Printed>> change_partitions(Home home, const Statement& statement,
                                                 CatalogTable table);
    io::Task<Outcome<Printed>> repair(Home home, CatalogTable table);
    CatalogPort& catalog_;
    ObjectsPort& objects_;
    Planner& planner_;
};

/// Text of SHOW CREATE TABLE, by line; and of DESCRIBE.
std::vector<std::string> create_table_lines(const CatalogTable& table);
std::vector<std::string> describe_lines(const CatalogTable& table);
/// Hive's patterns of SHOW: '*' is anything, '|' separates.
bool matches_pattern(const std::string& name, const std::string& pattern);
/// The table that CREATE EXTERNAL TABLE means; a problem when it is not whole.
Outcome<CatalogTable> table_of(const sql::trino::Statement& statement, const std::string& database);

}  // namespace freshet::query
