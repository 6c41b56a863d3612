#include "app/parts.h"

#include <algorithm>
#include <utility>

#include "io/homes.h"

namespace freshet::app {

io::Core& home_beside_records(const Foundation& foundation, std::string_view part) {
    return io::home_beside_main(foundation.cores, part);
}

std::vector<std::size_t> stop_order(std::span<const PartKind> kinds) {
    std::vector<std::size_t> order;
    for (std::size_t at = kinds.size(); at-- > 0;) {
        if (kinds[at].stops_before.empty()) order.push_back(at);
    }
    for (std::size_t at = kinds.size(); at-- > 0;) {
        if (kinds[at].stops_before.empty()) continue;
        const auto other = std::ranges::find_if(order, [&](std::size_t candidate) {
            return kinds[candidate].name == kinds[at].stops_before;
        });
        const bool is_other_in_the_list = other != order.end();
        FRESHET_CHECK(is_other_in_the_list);
        FRESHET_CHECK(*other > at);  // the other one was made with this one's services
        order.insert(other, at);
    }
    FRESHET_CHECK(order.size() == kinds.size());  // each part stops once
    return order;
}

std::vector<meta::Migration> migrations_of(std::span<const PartKind> kinds) {
    std::vector<meta::Migration> all;
    for (const PartKind& kind : kinds) {
        if (!kind.migrations) continue;
        for (const meta::Migration& migration : kind.migrations()) all.push_back(migration);
    }
    return all;
}

Result<std::unique_ptr<Parts>> Parts::make(std::span<const PartKind> kinds,
                                           const Foundation& foundation) {
    std::unique_ptr<Parts> parts(new Parts(kinds));
    for (const PartKind& kind : kinds) {
        auto part = kind.make(foundation, parts->services_);
        if (!part) return pass(part);
        FRESHET_CHECK(*part != nullptr);
        parts->parts_.push_back(std::move(*part));
    }
    return parts;
}

Parts::~Parts() {
    FRESHET_CHECK(stage_ != Stage::started);  // no loop is left that uses a part
    while (!parts_.empty()) parts_.pop_back();
}

void Parts::start(const std::string& endpoint) {
    FRESHET_CHECK(stage_ == Stage::made);
    stage_ = Stage::started;
    for (const auto& part : parts_)
        part->home().post([&part = *part, endpoint] { part.start(endpoint); });
}

void Parts::stop() {
    FRESHET_CHECK(stage_ == Stage::started);
    io::SystemClock clock;
    for (const std::size_t at : stop_order(kinds_)) {
        Part& part = *parts_[at];
        io::run_to_end(clock, [&](io::Core&) { return io::run_on(part.home(), part.stop()); });
    }
    stage_ = Stage::stopped;
}

io::Task<std::string> Parts::figures() const {
    std::string lines;
    for (const auto& part : parts_) {
        const std::string more = co_await io::run_on(part->home(), part->figures());
        lines += more;
    }
    co_return lines;
}

io::Task<std::vector<Trouble>> Parts::troubles() const {
    std::vector<Trouble> all;
    for (const auto& part : parts_) {
        const auto found = co_await io::run_on(part->home(), part->troubles());
        all.insert(all.end(), found.begin(), found.end());
    }
    co_return all;
}

}  // namespace freshet::app
