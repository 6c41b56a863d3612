// What a commit reports once it is durable. Work on the writer thread notes topics; who listens to
// one is called after the commit, and need not look again and again.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace freshet::meta {

/// listen() on any thread; the rest on the writer thread. A topic that undone work noted is
/// reported as well: who hears of it looks what there is.
class Announcements {
  public:
    /// On the writer thread, after the commit; it must not wait.
    using Heard = std::function<void()>;
    /// Until the answer is dropped: after that `heard` does not run and is not running. The answer
    /// may outlive this.
    std::shared_ptr<const void> listen(const std::string& topic, Heard heard);

    void note(std::string topic) { noted_.insert(std::move(topic)); }
    /// Reports what was noted, or forgets it when the commit failed.
    void end_commit(bool is_durable);

  private:
    struct Listeners {
        std::mutex mutex;
        std::multimap<std::string, Heard> by_topic;
    };
    std::shared_ptr<Listeners> listeners_ = std::make_shared<Listeners>();
    std::set<std::string> noted_;
};

/// Those of the database that runs the callback of a write, or of read_now(), on this thread.
Announcements& announcements_here();

}  // namespace freshet::meta
