// A part of the program: one service with what connects it to its siblings and to the rim. All
// parts are in one list (parts/list.cpp), which is the order in which they are made and started;
// they stop in reverse, save where a row says `stops_before` (parts.h).
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "app/config.h"
#include "app/data_directory.h"
#include "app/health/trouble.h"
#include "aws/router.h"
#include "base/check.h"
#include "io/core.h"
#include "io/disk.h"
#include "log/log.h"
#include "meta/database.h"

namespace freshet::app {

/// What is there before the first part is made and after the last one is destroyed.
struct Foundation {
    const Config& config;
    io::Clock& clock;
    io::ManualClock* manual;  ///< `clock`, when it is moved by hand; otherwise null
    io::Disk& disk;
    io::Cores& cores;
    io::Pool& pool;  ///< blocking work of all services
    meta::Database& database;
    const DataDirectory& directory;
    aws::Router& router;
};

/// A home core for a part whose state is one object that no other part reads without a message:
/// by the name of the part, and not main(), where records flow, when there is another core.
io::Core& home_beside_records(const Foundation& foundation, std::string_view part);

/// Holds that `service` is at home on `home`: whoever reads it there does so without a message.
template <class T>
T& at_home(io::Core& home, T& service) {
    FRESHET_CHECK(&service.home() == &home);
    return service;
}

/// The services of the parts that are made, by their type. A part adds its own while it is made,
/// and takes those of parts before it in the list; each outlives every later part.
class Services {
  public:
    template <class T>
    void add(T& service) {
        const bool is_first_of_its_type = all_.emplace(typeid(T), &service).second;
        FRESHET_CHECK(is_first_of_its_type);
    }
    template <class T>
    T& of() const {
        const auto found = all_.find(typeid(T));
        const bool is_made_earlier_in_the_list = found != all_.end();
        FRESHET_CHECK(is_made_earlier_in_the_list);
        return *static_cast<T*>(found->second);
    }

  private:
    std::map<std::type_index, void*> all_;
};

/// Made while no core runs. Then start(), once, and stop(), once, both on home(); after stop() has
/// completed no loop of the part is left. Destroyed after every core has ended.
class Part {
  public:
    explicit Part(io::Core& home) : home_(home) {}
    virtual ~Part() = default;
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    io::Core& home() const { return home_; }
    /// `endpoint`: where this server listens, "http://127.0.0.1:4566".
    virtual void start(const std::string& /*endpoint*/) {}
    virtual io::Task<void> stop() { co_return; }
    /// Lines for GET /_freshet/metrics. Home core.
    virtual io::Task<std::string> figures() { co_return std::string(); }
    /// What GET /_freshet/health reports. Home core.
    virtual io::Task<std::vector<Trouble>> troubles() { co_return std::vector<Trouble>(); }

  private:
    io::Core& home_;
};

/// A row of the list.
struct PartKind {
    std::string_view name;
    std::vector<meta::Migration> (*migrations)();  ///< null for a part without tables
    /// Reads what is stored, adds its services and registers its operations.
    Result<std::unique_ptr<Part>> (*make)(const Foundation&, Services&);
    /// What it says that it took from the log; null for a part that reads none.
    Result<std::vector<log::Claim>> (*claims)(const meta::Connection&) = nullptr;
    /// A later part that waits for this one: this one stops just before it. Otherwise "".
    std::string_view stops_before = "";
};

/// Makes a P by its constructor, then opens it: the `make` of a row.
template <class P>
Result<std::unique_ptr<Part>> make_part(const Foundation& foundation, Services& services) {
    auto part = std::make_unique<P>(foundation, services);
    if (auto opened = part->open(foundation, services); !opened) return pass(opened);
    return part;
}

}  // namespace freshet::app
