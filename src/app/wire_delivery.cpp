#include "app/wire_delivery.h"

#include "aws/services/firehose/firehose.h"
#include "delivery/store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredDelivery::migrations() { return delivery::store::migrations(); }

Result<std::unique_ptr<WiredDelivery>> WiredDelivery::make(Context& context,
                                                           stream::Streams& streams,
                                                           objects::Objects& objects) {
    auto wired = std::make_unique<WiredDelivery>();
    wired->source_ = std::make_unique<DeliveryStreamSource>(streams);
    // The streams' home core: what the source tells of shards is that core's.
    wired->deliveries_ = std::make_unique<delivery::Deliveries>(delivery::Pipe::Parts{
        streams.home(), context.database, streams.log(), objects, context.pool, *wired->source_});
    if (auto loaded = wired->deliveries_->load(); !loaded) return pass(loaded);
    aws::register_firehose(context.router, *wired->deliveries_);
    return wired;
}

io::Task<void> WiredDelivery::stop() { co_await deliveries_->stop(); }

}  // namespace freshet::app
