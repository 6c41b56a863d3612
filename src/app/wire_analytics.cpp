#include "app/wire_analytics.h"

#include "analytics/limits.h"
#include "analytics/store.h"
#include "aws/services/kinesisanalytics/kinesisanalytics.h"
#include "io/priority.h"

namespace freshet::app {

WiredAnalytics::WiredAnalytics()
    : engines_(analytics::limits::engine_threads, "engines"), snapshots_(1, "snapshots") {
    snapshots_.submit(io::let_others_go_first);
}

std::vector<meta::Migration> WiredAnalytics::migrations() { return analytics::store::migrations(); }

Result<std::unique_ptr<WiredAnalytics>> WiredAnalytics::make(
    Context& context, stream::Streams& streams, delivery::Deliveries& deliveries,
    functions::Functions& functions, objects::Objects& objects, monitor::Logs& logs) {
    std::unique_ptr<WiredAnalytics> wired(new WiredAnalytics);
    wired->siblings_ =
        std::make_unique<AnalyticsSiblings>(streams, deliveries, functions, objects, logs);
    // The home core of streams and deliveries: the siblings ask them without waiting.
    wired->applications_ = std::make_unique<analytics::Applications>(analytics::Runner::Parts{
        streams.home(), context.database, streams.log(), wired->engines_, wired->snapshots_,
        *wired->siblings_, context.disk, context.data_dir + "/analytics"});
    if (auto loaded = wired->applications_->load(); !loaded) return pass(loaded);
    aws::register_kinesisanalytics(context.router, *wired->applications_);
    return wired;
}

}  // namespace freshet::app
