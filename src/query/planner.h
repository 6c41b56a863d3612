// From a SELECT to a plan: loads what it names, analyses it, prunes partitions and finds the
// objects.
#pragma once
#include <string>
#include <vector>

#include "io/core.h"
#include "query/ports.h"
#include "query/problem.h"
#include "sql/plan/plan.h"
#include "sql/trino/analyzer.h"

namespace freshet::query {

/// Has no state of its own: plans may be made side by side. The ports and the pool outlive it. Home
/// core only; what is given by reference outlives the task.
class Planner {
  public:
    /// `pool`: statements are analysed there, however long one takes.
    Planner(CatalogPort& catalog, ObjectsPort& objects, io::Pool& pool)
        : catalog_(catalog), objects_(objects), pool_(pool) {}

    struct Planned {
        sql::plan::QueryPlan plan;
        std::vector<sql::trino::OutputColumn> columns;
    };
    io::Task<Outcome<Planned>> plan(Home home, const sql::trino::Query& query,
                                    const sql::trino::Context& context);
    /// Only the analysis: for CREATE VIEW.
    io::Task<Outcome<sql::trino::Analyzed>> analyze(Home home, const sql::trino::Query& query,
                                                    const sql::trino::Context& context);

  private:
    struct Loaded {
        sql::trino::TableMap infos;
        std::map<std::string, CatalogTable> tables;
    };
    io::Task<Outcome<Loaded>> load(Home home, const sql::trino::Query& query, std::string database);
    /// One plan for each way in which files of the table or of its partitions are stored.
    io::Task<Outcome<std::vector<sql::plan::ScanPlan>>> scans(Home home, const CatalogTable& table,
                                                              const sql::trino::TableInfo& info,
                                                              const sql::trino::Scan& scan);
    /// How a table or a partition is stored, and its objects, as of one moment.
    struct Place {
        CatalogStorage storage;
        Properties parameters;
        std::string bucket;
        std::vector<LocatedObject> objects;  ///< without hidden and empty ones
    };
    io::Task<Outcome<Place>> place(Home home, const CatalogTable& table,
                                   const CatalogPartition* partition);
    io::Task<Outcome<bool>> locate(Place* place);
    /// Files of `place` to the plans that read them; `keys`: of its partition.
    io::Task<Outcome<bool>> add_files(const CatalogTable& table, Place place,
                                      std::vector<std::optional<std::string>> keys,
                                      std::vector<sql::plan::ScanPlan>& plans);
    /// The files that the lines of an object name.
    io::Task<Outcome<bool>> add_named_files(std::string bucket, LocatedObject names,
                                            std::uint32_t partition, sql::plan::ScanPlan& plan);
    CatalogPort& catalog_;
    ObjectsPort& objects_;
    io::Pool& pool_;
};

}  // namespace freshet::query
