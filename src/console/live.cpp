#include "console/live.h"

#include "base/check.h"
#include "console/limits.h"

namespace freshet::console {
namespace {

Bytes event_of(const Bytes& json) {
    std::string text = "data: ";
    text.append(json.view()).append("\n\n");
    return Bytes::own(std::move(text));
}

class LiveBody final : public io::BodyReader {
  public:
    LiveBody(std::shared_ptr<LiveFloor> floor, std::string topic, Home home, Bytes first)
        : floor_(std::move(floor)),
          topic_(std::move(topic)),
          home_(std::move(home)),
          first_(std::move(first)) {}
    ~LiveBody() override {
        floor_->home.post([floor = floor_] { floor->leave(); });
    }
    io::Task<Result<Bytes>> read() override {
        if (!first_.empty()) co_return std::exchange(first_, {});
        auto piece = co_await io::run_on(floor_->home, next(floor_, topic_, home_));
        co_return piece;
    }

  private:
    /// An empty piece, the end, once the console stops.
    static io::Task<Result<Bytes>> next(std::shared_ptr<LiveFloor> floor, std::string topic,
                                        Home home) {
        const bool goes_on =
            co_await floor->stop.sleep_until(floor->home.now() + limits::sample_every);
        if (!goes_on) co_return Bytes();
        auto json = co_await floor->topics.json_of(std::move(topic), std::move(home));
        if (!json) co_return pass(json);
        co_return event_of(*json);
    }
    std::shared_ptr<LiveFloor> floor_;
    std::string topic_;
    Home home_;
    Bytes first_;
};

}  // namespace

void LiveFloor::enter() {
    ++open;
    FRESHET_CHECK(open <= limits::live_max);
}

void LiveFloor::leave() {
    FRESHET_CHECK(open > 0);  // each page that left had entered
    --open;
}

io::Task<Result<std::unique_ptr<io::BodyReader>>> watch(std::shared_ptr<LiveFloor> floor,
                                                        std::string topic, Home home) {
    if (floor->stop.was_requested()) co_return fail(Errc::unavailable, "The server is stopping");
    if (floor->open >= limits::live_max)
        co_return fail(Errc::busy, "Too many pages are open; close some and load this one again");
    floor->enter();
    auto json = co_await floor->topics.json_of(topic, home);
    if (!json) {
        floor->leave();
        co_return pass(json);
    }
    co_return std::make_unique<LiveBody>(floor, std::move(topic), std::move(home), event_of(*json));
}

}  // namespace freshet::console
