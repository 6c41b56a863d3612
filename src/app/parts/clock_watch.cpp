// The watch over the system's clock; a clock that is moved by hand has none.
#include "app/health/clock_watch.h"

#include "app/part.h"

namespace freshet::app {
namespace {

class ClockWatchPart final : public Part {
  public:
    ClockWatchPart(const Foundation& foundation, Services&)
        : Part(foundation.cores.main()), watch_(home()) {}
    Result<> open(const Foundation& foundation, Services& services) {
        is_manual_ = foundation.clock.is_manual();
        // Before any part starts: no loop sees a time before that of the last record.
        if (!is_manual_) watch_.hold(services.of<stream::Streams>());
        return {};
    }
    void start(const std::string&) override {
        if (!is_manual_) watch_.start();
    }
    io::Task<void> stop() override { return watch_.stop(); }

  private:
    bool is_manual_ = false;
    ClockWatch watch_;
};

}  // namespace

PartKind clock_watch_part() { return {"clock watch", nullptr, make_part<ClockWatchPart>}; }

}  // namespace freshet::app
