#include "stream/live/live_streams.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "stream/limits.h"
#include "stream/store.h"

namespace freshet::stream {

const char* word_of(Status status) {
    switch (status) {
        case Status::creating:
            return "CREATING";
        case Status::active:
            return "ACTIVE";
        case Status::updating:
            return "UPDATING";
        case Status::deleting:
            return "DELETING";
    }
    return "";
}

Failure no_such_stream(const StreamKey& key) {
    return fail(Errc::not_found,
                fmt::format("Stream {} under account {} not found.", key.name, key.home.account));
}

std::shared_ptr<Live> LiveStreams::find(const StreamKey& key) const {
    const auto found = streams_.find(key);
    return found == streams_.end() ? nullptr : found->second;
}

std::shared_ptr<Live> LiveStreams::find_id(std::int64_t id) const {
    for (const auto& [key, live] : streams_) {
        if (live->stream.id == id) return live;
    }
    return nullptr;
}

void LiveStreams::add(Stream stream) {
    const StreamKey key = stream.key;
    const bool is_new =
        streams_.emplace(key, std::make_shared<Live>(home_, std::move(stream))).second;
    FRESHET_CHECK(is_new);  // the tables hold a name once
}

void LiveStreams::forget(Live& live) {
    FRESHET_CHECK(live.is_busy);  // by its Turn
    live.is_removed = true;
    live.meter.take(live.stream, measured_);
    const std::size_t erased = streams_.erase(live.stream.key);
    FRESHET_CHECK(erased == 1);  // a stream is deleted once
}

io::Task<Result<Turn>> LiveStreams::turn(StreamKey key) {
    while (true) {
        const auto found = find(key);
        if (!found) co_return no_such_stream(key);
        if (!found->is_busy) co_return Turn(found);
        co_await found->free.wait();
    }
}

io::Task<Result<Turn>> LiveStreams::change(StreamKey key) {
    auto held = co_await turn(key);
    if (!held) co_return held;
    const Status status = this->status(held->stream());
    if (status == Status::active) co_return held;
    co_return fail(Errc::in_use,
                   fmt::format("Stream {} under account {} not ACTIVE, instead in state {}",
                               key.name, key.home.account, word_of(status)));
}

io::Task<Result<>> LiveStreams::save(Live& live, Stream changed) {
    FRESHET_CHECK(live.is_busy);                                        // by the caller's Turn
    FRESHET_CHECK(changed.id == live.stream.id);                        // a copy of this stream
    FRESHET_CHECK(changed.shards.size() == live.stream.shards.size());  // shards change by a cut
    auto saved = co_await database_.write(
        [&changed](meta::Txn& txn) { return store::update(txn, changed); });
    if (saved) live.stream = std::move(changed);
    co_return saved;
}

Result<> LiveStreams::take_change(Live& live, std::vector<Timestamp> Live::* changes,
                                  std::size_t a_day) const {
    if (!options_.has_aws_limits) return {};
    const StreamKey& key = live.stream.key;
    std::vector<Timestamp>& times = live.*changes;
    std::erase_if(times, [now = now()](Timestamp one) { return one + limits::day <= now; });
    if (times.size() >= a_day)
        return fail(Errc::limit, fmt::format("Stream {} under account {} was changed {} times in "
                                             "the last 24 hours: no more is allowed",
                                             key.name, key.home.account, a_day));
    times.push_back(now());
    return {};
}

Status LiveStreams::status(const Stream& stream) const {
    const Timestamp now = home_.now();
    if (stream.deleted) return Status::deleting;
    if (now < stream.created + options_.creating) return Status::creating;
    const auto found = find(stream.key);
    return found && now < found->updated ? Status::updating : Status::active;
}

Result<> LiveStreams::check_usable(const Stream& stream) const {
    const Status status = this->status(stream);
    if (status == Status::active || status == Status::updating) return {};
    return no_such_stream(stream.key);
}

std::vector<Measured> LiveStreams::take_measured() {
    std::vector<Measured> all = std::exchange(measured_, {});
    for (const auto& [key, live] : streams_) live->meter.take(live->stream, all);
    return all;
}

}  // namespace freshet::stream
