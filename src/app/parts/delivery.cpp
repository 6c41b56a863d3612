// The delivery service and Firehose.
#include "delivery/delivery.h"

#include <filesystem>

#include "app/part.h"
#include "app/ports/delivery.h"
#include "app/ports/delivery/conversion.h"
#include "app/ports/delivery/partitions.h"
#include "aws/services/firehose/firehose.h"
#include "delivery/keys/jq_processes.h"
#include "delivery/store.h"

namespace freshet::app {
namespace {

/// freshet-jq lies beside this program.
std::string jq_path() {
    std::error_code problem;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", problem);
    return (self.parent_path() / "freshet-jq").string();
}

class DeliveryPart final : public Part {
  public:
    /// The streams' home core, which the source reads without waiting.
    DeliveryPart(const Foundation& foundation, Services& services)
        : Part(services.of<stream::Streams>().home()),
          source_(services.of<stream::Streams>(), services.of<monitor::Logs>()),
          functions_(at_home(home(), services.of<functions::Functions>())),
          extractor_(jq_path()),
          seals_(foundation.disk, foundation.config.data_dir + "/keys/delivery.keys"),
          converter_(services.of<catalog::Catalog>(), home(), worker_program()),
          deliveries_({home(), foundation.database, services.of<stream::Streams>().log(),
                       services.of<objects::Objects>(), foundation.pool, source_, functions_,
                       extractor_, seals_, partitions_, converter_,
                       foundation.config.partition_limit,
                       foundation.config.streams.has_aws_limits}) {}
    Result<> open(const Foundation& foundation, Services& services) {
        if (auto loaded = deliveries_.load(); !loaded) return loaded;
        aws::register_firehose(foundation.router, deliveries_);
        services.add(deliveries_);
        return {};
    }
    void start(const std::string&) override { deliveries_.start(); }
    io::Task<void> stop() override {
        co_await converter_.stop();  // a pipe waits for its plan
        co_await deliveries_.stop();
    }

  private:
    DeliveryStreamSource source_;
    DeliveryFunctions functions_;
    delivery::JqProcesses extractor_;
    delivery::Seals seals_;
    DeliveryPartitions partitions_;
    DeliveryConverter converter_;
    delivery::Deliveries deliveries_;
};

}  // namespace

PartKind delivery_part() {
    return {"delivery", delivery::store::migrations, make_part<DeliveryPart>,
            delivery::store::claims};
}

}  // namespace freshet::app
