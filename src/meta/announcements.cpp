#include "meta/announcements.h"

#include <utility>

namespace freshet::meta {

std::shared_ptr<const void> Announcements::listen(const std::string& topic, Heard heard) {
    const std::scoped_lock lock(listeners_->mutex);
    const auto at = listeners_->by_topic.emplace(topic, std::move(heard));
    return {&at->second, [listeners = listeners_, at](const void*) {
                const std::scoped_lock inner(listeners->mutex);
                listeners->by_topic.erase(at);
            }};
}

void Announcements::end_commit(bool is_durable) {
    const std::set<std::string> topics = std::exchange(noted_, {});
    if (!is_durable || topics.empty()) return;
    const std::scoped_lock lock(listeners_->mutex);
    for (const std::string& topic : topics) {
        const auto [begin, end] = listeners_->by_topic.equal_range(topic);
        for (auto one = begin; one != end; ++one) one->second();
    }
}

}  // namespace freshet::meta
