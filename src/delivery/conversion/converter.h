// What conversion needs of the catalog and of a worker process; app/ports/delivery/conversion
// connects them.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "delivery/conversion/plan.h"
#include "delivery/types.h"
#include "io/task.h"
#include "sql/plan/write.h"

namespace freshet::delivery {

/// The columns that rows have, and how text is read as them.
struct RowSchema {
    std::vector<sql::plan::ScanColumn> columns;
    sql::plan::Format format = sql::plan::Format::json;
    std::map<std::string, std::string> properties;     ///< of the SerDe
    std::map<std::string, sql::plan::TextForm> forms;  ///< of columns of dates and times
    std::string catalog_id, region, catalog_arn;       ///< where the table is
};

class Converter {
  public:
    virtual ~Converter() = default;
    /// As the catalog has the table now. Errc::no_schema, Errc::bad_schema. Home core of delivery.
    virtual io::Task<Result<RowSchema>> schema(DeliveryKey stream, ConversionPlan plan) = 0;
    /// Of a plan that fails, no file is left. Errc::worker_lost: the worker ended at it, or took
    /// longer than `time_max` (real time) or more memory than the plan gives it. Home core of
    /// delivery.
    virtual io::Task<Result<sql::plan::Written>> write(sql::plan::WritePlan plan,
                                                       Millis time_max) = 0;
};

}  // namespace freshet::delivery
