// The words of the dashboards service (QuickSight): a data source is where queries run, a data set
// is one SQL query over it, a dashboard draws a data set as a combo chart.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/resource.h"
#include "base/time.h"

namespace freshet::dashboards {

/// Ids are the user's own; the three kinds have names apart.
struct Asset;
using Key = ResourceName<Asset>;

/// A work group of Athena.
struct DataSource {
    Key key;
    std::string name;
    std::string work_group = "primary";
    Timestamp created, updated;
};

/// spice: the rows are kept, and asked for again once `refresh_every` has passed or on demand;
/// direct: asked for whenever the dashboard is looked at, at most once in `refresh_every`.
enum class ImportMode { spice, direct };

struct DataSet {
    Key key;
    std::string name;
    std::string source;    ///< id of a data source
    std::string database;  ///< of the catalog
    std::string sql;       ///< one SELECT
    // name, QuickSight's type (STRING, INTEGER, DECIMAL, DATETIME)
    std::vector<std::pair<std::string, std::string>> columns;
    ImportMode mode = ImportMode::direct;
    Timestamp created, updated;
    std::string words;  ///< how the rim put it, kept whole for it; empty when made elsewhere
};

/// A combo chart: one category, bars and lines over it.
struct Dashboard {
    Key key;
    std::string name;
    std::string data_set;  ///< id
    std::string category;  ///< column of the data set, as are the bars and the lines
    std::vector<std::string> bars, lines;
    Millis refresh_every{1000};
    int version = 1;
    Timestamp created, updated;
    std::string description;  ///< of this version
    std::string words;        ///< how the rim put it, kept whole for it; empty when made elsewhere
};

/// A column of the answer: base type of Athena, "varchar", "bigint".
struct Column {
    std::string name, type;
};

/// What a dashboard shows now.
struct Data {
    Timestamp refreshed;
    Millis took{};
    std::vector<Column> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
    std::string error;  ///< why the last refresh failed; the rows are then those of the one before
};

}  // namespace freshet::dashboards
