// Data sources, data sets and dashboards: three kinds that differ in their fields only.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dashboards/dashboards.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

namespace domain = dashboards;
using Service = domain::Dashboards;

aws::Fault fault_of(const Error& error) {
    if (!error.is_of<domain::Errc>()) return {"InternalFailureException", error.message()};
    switch (error.as<domain::Errc>()) {
        case domain::Errc::not_found:
            return {"ResourceNotFoundException", error.message()};
        case domain::Errc::exists:
            return {"ResourceExistsException", error.message()};
        case domain::Errc::invalid:
            return {"InvalidParameterValueException", error.message()};
        case domain::Errc::in_use:
            return {"ConflictException", error.message()};
        case domain::Errc::unavailable:
            return {"InternalFailureException", error.message()};
    }
    return {"InternalFailureException", error.message()};
}

Fields fields_of(const domain::DataSource& source) {
    return {{"name", source.name}, {"work_group", source.work_group}};
}

Fields fields_of(const domain::DataSet& set) {
    return {{"name", set.name},
            {"source", set.source},
            {"database", set.database},
            {"sql", set.sql},
            {"mode", set.mode == domain::ImportMode::spice ? "spice" : "direct"}};
}

Fields fields_of(const domain::Dashboard& board) {
    return {{"name", board.name},
            {"data_set", board.data_set},
            {"category", board.category},
            {"bars", fmt::format("{}", fmt::join(board.bars, ", "))},
            {"lines", fmt::format("{}", fmt::join(board.lines, ", "))},
            {"refresh_ms", std::to_string(board.refresh_every.count())}};
}

/// `find` as a task, for a core that is not its own.
template <class Thing, auto find>
io::Task<Result<Thing>> find_at_home(Service& service, domain::Key key) {
    co_return (service.*find)(key);
}

template <class Thing, auto find, auto make, auto update, auto drop>
class BoardResource final : public Resource {
  public:
    explicit BoardResource(Thing wanted) : wanted_(std::move(wanted)) {}

    Fields wanted() const override { return fields_of(wanted_); }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        Service& service = calls.dashboards();
        auto found =
            co_await io::run_on(service.home(), find_at_home<Thing, find>(service, wanted_.key));
        if (found) co_return fields_of(*found);
        if (found.error().is(domain::Errc::not_found)) co_return std::nullopt;
        co_return std::unexpected(fault_of(found.error()));
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        if (calls.is_judging()) co_return aws::Answer<void>();
        Service& service = calls.dashboards();
        auto made = co_await io::run_on(service.home(), (service.*make)(wanted_));
        if (!made) co_return std::unexpected(fault_of(made.error()));
        co_return aws::Answer<void>();
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string>) override {
        if (calls.is_judging()) co_return aws::Answer<void>();
        Service& service = calls.dashboards();
        auto changed = co_await io::run_on(service.home(), (service.*update)(wanted_));
        if (!changed) co_return std::unexpected(fault_of(changed.error()));
        co_return aws::Answer<void>();
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        Service& service = calls.dashboards();
        auto removed = co_await io::run_on(service.home(), (service.*drop)(wanted_.key));
        if (!removed) co_return std::unexpected(fault_of(removed.error()));
        co_return aws::Answer<void>();
    }

  private:
    Thing wanted_;
};

using SourceResource =
    BoardResource<domain::DataSource, &Service::find_source, &Service::create_source,
                  &Service::update_source, &Service::remove_source>;
using DataSetResource =
    BoardResource<domain::DataSet, &Service::find_data_set, &Service::create_data_set,
                  &Service::update_data_set, &Service::remove_data_set>;
using DashboardResource = BoardResource<domain::Dashboard, &Service::find, &Service::create,
                                        &Service::update, &Service::remove>;

}  // namespace

std::unique_ptr<Resource> read_data_source(std::string id, Section& section,
                                           const Surroundings& surroundings) {
    domain::DataSource source;
    source.key = {{surroundings.account, surroundings.region}, id};
    source.name = section.text("name", id);
    source.work_group = section.text("work_group", "primary");
    return std::make_unique<SourceResource>(std::move(source));
}

std::unique_ptr<Resource> read_data_set(std::string id, Section& section,
                                        const Surroundings& surroundings) {
    domain::DataSet set;
    set.key = {{surroundings.account, surroundings.region}, id};
    set.name = section.text("name", id);
    set.source = section.text("source");
    set.database = section.text("database", "default");
    set.sql = surroundings.long_text(section, "data_sets." + id, "sql");
    const bool is_spice = section.word("mode", {"direct", "spice"}, "direct") == "spice";
    set.mode = is_spice ? domain::ImportMode::spice : domain::ImportMode::direct;
    return std::make_unique<DataSetResource>(std::move(set));
}

std::unique_ptr<Resource> read_dashboard(std::string id, Section& section,
                                         const Surroundings& surroundings) {
    domain::Dashboard board;
    board.key = {{surroundings.account, surroundings.region}, id};
    board.name = section.text("name", id);
    board.data_set = section.text("data_set");
    board.category = section.text("category");
    board.bars = section.texts("bars");
    board.lines = section.texts("lines");
    board.refresh_every = Millis(section.number("refresh_ms", 1000));
    return std::make_unique<DashboardResource>(std::move(board));
}

}  // namespace freshet::pipeline
