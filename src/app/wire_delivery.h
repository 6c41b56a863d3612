// Makes the delivery service.
#pragma once
#include <memory>

#include "app/context.h"
#include "app/ports/delivery.h"
#include "delivery/delivery.h"

namespace freshet::app {

class WiredDelivery {
  public:
    static std::vector<meta::Migration> migrations();
    static Result<std::unique_ptr<WiredDelivery>> make(Context& context, stream::Streams& streams,
                                                       objects::Objects& objects);
    void start() { deliveries_->start(); }
    io::Task<void> stop();
    delivery::Deliveries& deliveries() { return *deliveries_; }
    void set_logs(monitor::Logs& logs) { source_->set_logs(logs); }

  private:
    std::unique_ptr<DeliveryStreamSource> source_;
    std::unique_ptr<delivery::Deliveries> deliveries_;
};

}  // namespace freshet::app
