// The parts of the program together: made in order of their list, started in it, stopped in
// reverse. One thread makes, starts, stops and destroys them.
#pragma once
#include <span>

#include "app/part.h"

namespace freshet::app {

/// Of `kinds`, in the order in which the parts stop: the list backwards, but a part that
/// `stops_before` another one comes just before that one.
std::vector<std::size_t> stop_order(std::span<const PartKind> kinds);
/// The tables of all.
std::vector<meta::Migration> migrations_of(std::span<const PartKind> kinds);

/// make(); then, once each, start() and stop(). `kinds` and the Foundation outlive it.
class Parts {
  public:
    /// No core runs yet. The first error ends it; what was made before is destroyed in reverse.
    static Result<std::unique_ptr<Parts>> make(std::span<const PartKind> kinds,
                                               const Foundation& foundation);
    ~Parts();
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    const Services& services() const { return services_; }
    /// Posts each start to its home core, in order: those of one core start one after the other.
    void start(const std::string& endpoint);
    /// The cores run, and the listener takes no more requests. Blocks; one part stops after the
    /// other.
    void stop();
    /// Of all, in order. Any core.
    io::Task<std::string> figures() const;
    io::Task<std::vector<Trouble>> troubles() const;

  private:
    explicit Parts(std::span<const PartKind> kinds) : kinds_(kinds) {}
    enum class Stage { made, started, stopped };

    std::span<const PartKind> kinds_;
    Services services_;
    std::vector<std::unique_ptr<Part>> parts_;  ///< as kinds_
    Stage stage_ = Stage::made;
};

}  // namespace freshet::app
