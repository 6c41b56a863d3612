// One page that watches a topic: an event stream (text/event-stream) with the topic's JSON, at once
// and then each second of the Clock, until the page goes or the console stops.
#pragma once
#include <memory>
#include <string>

#include "console/topics.h"
#include "io/body_reader.h"

namespace freshet::console {

/// The home core's side of all live bodies.
struct LiveFloor {
    LiveFloor(io::Core& home_, const Topics& topics_) : home(home_), topics(topics_), stop(home_) {}
    io::Core& home;
    const Topics& topics;
    io::StopFlag stop;
    std::size_t open = 0;  ///< pages that watch

    /// A page comes, where there is room; a page goes.
    void enter();
    void leave();
};

/// Home core. Errc::invalid for an unknown topic, Errc::busy beyond limits::live_max.
io::Task<Result<std::unique_ptr<io::BodyReader>>> watch(std::shared_ptr<LiveFloor> floor,
                                                        std::string topic, Home home);

}  // namespace freshet::console
