// The delivery service and Firehose.
#include "delivery/delivery.h"

#include "app/part.h"
#include "app/ports/delivery.h"
#include "aws/services/firehose/firehose.h"
#include "delivery/store.h"

namespace freshet::app {
namespace {

class DeliveryPart final : public Part {
  public:
    /// The streams' home core, which the source reads without waiting.
    DeliveryPart(const Foundation& foundation, Services& services)
        : Part(services.of<stream::Streams>().home()),
          source_(services.of<stream::Streams>(), services.of<monitor::Logs>()),
          deliveries_({home(), foundation.database, services.of<stream::Streams>().log(),
                       services.of<objects::Objects>(), foundation.pool, source_}) {}
    Result<> open(const Foundation& foundation, Services& services) {
        if (auto loaded = deliveries_.load(); !loaded) return loaded;
        aws::register_firehose(foundation.router, deliveries_);
        services.add(deliveries_);
        return {};
    }
    void start(const std::string&) override { deliveries_.start(); }
    io::Task<void> stop() override { return deliveries_.stop(); }

  private:
    DeliveryStreamSource source_;
    delivery::Deliveries deliveries_;
};

}  // namespace

PartKind delivery_part() {
    return {"delivery", delivery::store::migrations, make_part<DeliveryPart>,
            delivery::store::claims};
}

}  // namespace freshet::app
