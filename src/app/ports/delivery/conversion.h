// Format conversion of deliveries: the columns of the catalog's tables, and a worker process
// (delivery/conversion/converter.h).
#pragma once
#include "app/ports/file_worker.h"
#include "catalog/catalog.h"
#include "delivery/conversion/converter.h"

namespace freshet::app {

/// Home core: that of delivery. stop() ends the plan that runs, and completes when the process has
/// ended.
class DeliveryConverter final : public delivery::Converter {
  public:
    DeliveryConverter(catalog::Catalog& catalog, io::Core& home, std::string program)
        : catalog_(catalog), worker_(home, std::move(program)) {}
    io::Task<Result<delivery::RowSchema>> schema(delivery::DeliveryKey stream,
                                                 delivery::ConversionPlan plan) override;
    io::Task<Result<sql::plan::Written>> write(sql::plan::WritePlan plan, Millis time_max) override;
    io::Task<void> stop() { return worker_.stop(); }

  private:
    catalog::Catalog& catalog_;
    FileWorker worker_;
};

}  // namespace freshet::app
