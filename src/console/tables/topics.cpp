#include "console/tables/topics.h"

#include <algorithm>
#include <set>

#include "console/json_writer.h"
#include "console/limits.h"
#include "console/tables/crawlers.h"
#include "console/tables/format_word.h"
#include "console/tables/run_json.h"
#include "lake/owner.h"

namespace freshet::console {
namespace {

using maintenance::Maintenance;

struct Shelf {
    catalog::Database database;
    std::vector<catalog::Table> tables;
};

/// At most limits::lake_tables_max tables; `is_cut` when there are more.
struct Shelves {
    std::vector<Shelf> all;
    bool is_cut = false;
};

io::Task<Shelves> shelves_of(catalog::Catalog& catalog, Home home) {
    Shelves shelves;
    std::size_t room = limits::lake_tables_max;
    auto databases = co_await catalog.databases(home);
    if (!databases) co_return shelves;
    for (catalog::Database& database : *databases) {
        if (room == 0) shelves.is_cut = true;
        if (room == 0) break;
        auto page = co_await catalog.tables_page(home, database.name, "", room,
                                                 [](const catalog::Table&) { return true; });
        Shelf shelf{std::move(database), {}};
        if (page) {
            shelf.tables = std::move(page->items);
            shelves.is_cut |= page->next.has_value();
        }
        room -= shelf.tables.size();
        shelves.all.push_back(std::move(shelf));
    }
    co_return shelves;
}

/// Of the maintenance service, which has another home core.
struct Kept {
    std::vector<maintenance::Run> running;
    std::vector<maintenance::TableKey> with_policy;
};

io::Task<Kept> kept_of(Maintenance& service, Home home) {
    co_return Kept{service.running(home), service.tables_with_policy(home)};
}

std::string format_of(const catalog::Table& table) {
    if (!table.storage) return "";
    catalog::Properties properties = table.parameters;
    for (const auto& [key, value] : table.storage->serde_parameters) properties[key] = value;
    return format_word(table.storage->serde, properties);
}

bool is_view(const catalog::Table& table) { return table.type == "VIRTUAL_VIEW"; }

void write_head(JsonWriter& json, const catalog::Table& table, std::int64_t partitions) {
    json.member("name", table.name).key("is_view").boolean(is_view(table));
    json.member("format", format_of(table));
    json.member("location", table.storage ? table.storage->location : "");
    json.member("partitions", partitions);
    const auto crawler = table.parameters.find(lake::owner_parameter);
    json.member("crawler", crawler == table.parameters.end() ? "" : crawler->second);
}

void write_columns(JsonWriter& json, std::string_view key,
                   const std::vector<catalog::Column>& columns) {
    json.key(key).open('[');
    for (const catalog::Column& column : columns)
        json.open('{')
            .member("name", column.name)
            .member("type", column.type)
            .member("comment", column.comment)
            .close('}');
    json.close(']');
}

const char* word_of(lake::State state) {
    switch (state) {
        case lake::State::ready:
            return "READY";
        case lake::State::running:
            return "RUNNING";
        case lake::State::stopping:
            return "STOPPING";
    }
    return "";
}

void write_crawler(JsonWriter& json, const lake::Crawler& crawler) {
    json.open('{').member("name", crawler.key.name).member("database", crawler.database);
    json.member("state", word_of(crawler.state)).key("targets").open('[');
    for (const lake::Target& target : crawler.targets) json.text(std::string_view(target.path));
    json.close(']');
    if (crawler.running_since) json.member("running_since_ms", to_epoch_ms(*crawler.running_since));
    if (crawler.last) {
        json.key("last").open('{').member("outcome", outcome_word(crawler.last->outcome));
        json.member("error", crawler.last->error);
        json.member("started_ms", to_epoch_ms(crawler.last->started));
        json.member("log_stream", crawler.last->log_stream);
        if (!crawler.history.empty()) {
            const lake::PastCrawl& past = crawler.history.back();
            json.member("took_ms", std::int64_t{(past.ended - past.started).count()});
            json.member("tables_made", past.tally.tables_made);
            json.member("tables_changed", past.tally.tables_changed);
            json.member("partitions_made", past.tally.partitions_made);
        }
        json.close('}');
    }
    json.close('}');
}

/// One table's runs and policy, on the home core of the service.
struct Care {
    std::vector<maintenance::Run> runs;
    std::optional<maintenance::Policy> policy;
};

io::Task<Care> care_of(Maintenance& service, Home home, std::string database, std::string name) {
    Care care{service.list(home, database, name),
              service.policy({home.account, home.region, database, name})};
    if (care.runs.size() > limits::table_runs_max) care.runs.resize(limits::table_runs_max);
    co_return care;
}

}  // namespace

io::Task<Bytes> lake_json(const Parts& parts, Home home) {
    const Home of = home;
    const Shelves shelves = co_await shelves_of(parts.catalog, of);
    auto counts = co_await parts.catalog.partition_counts(of);
    const Kept kept = co_await io::run_on(parts.maintenance.home(), kept_of(parts.maintenance, of));
    std::set<std::pair<std::string, std::string>> with_policy;
    for (const maintenance::TableKey& key : kept.with_policy)
        with_policy.emplace(key.database, key.name);
    JsonWriter json;
    json.open('{').member("now_ms", to_epoch_ms(parts.home.now()));
    json.key("is_cut").boolean(shelves.is_cut).key("databases").open('[');
    for (const Shelf& shelf : shelves.all) {
        json.open('{').member("name", shelf.database.name).key("tables").open('[');
        for (const catalog::Table& table : shelf.tables) {
            const std::pair key{table.database, table.name};
            json.open('{');
            write_head(json, table, counts ? (*counts)[key] : 0);
            json.key("partition_keys").open('[');
            for (const catalog::Column& column : table.partition_keys)
                json.text(std::string_view(column.name));
            json.close(']').key("has_policy").boolean(with_policy.contains(key)).close('}');
        }
        json.close(']').close('}');
    }
    json.close(']').key("running").open('[');
    for (const maintenance::Run& run : kept.running) write_run(json, run, 0);
    json.close(']').key("crawlers").open('[');
    const auto crawlers = parts.crawlers.list(of);
    for (std::size_t i = 0; i < std::min(crawlers.size(), limits::crawlers_shown_max); ++i)
        write_crawler(json, *crawlers[i]);
    json.close(']').member("crawlers_total", static_cast<std::int64_t>(crawlers.size()));
    co_return json.close('}').take();
}

io::Task<Bytes> table_json(const Parts& parts, Home home, std::string database, std::string name) {
    const Home of = home;
    JsonWriter json;
    json.open('{').member("now_ms", to_epoch_ms(parts.home.now()));
    auto found = co_await parts.catalog.table(of, database, name);
    if (!found) {
        json.member("error", found.error().message());
        co_return json.close('}').take();
    }
    auto counts = co_await parts.catalog.partition_counts(of);
    const Care care = co_await io::run_on(
        parts.maintenance.home(), care_of(parts.maintenance, of, found->database, found->name));
    json.member("database", found->database);
    write_head(json, *found, counts ? (*counts)[{found->database, found->name}] : 0);
    json.member("description", found->description);
    json.member("created_ms", to_epoch_ms(found->created));
    json.member("updated_ms", to_epoch_ms(found->updated));
    write_columns(json, "columns",
                  found->storage ? found->storage->columns : std::vector<catalog::Column>{});
    write_columns(json, "partition_keys", found->partition_keys);
    json.key("policy");
    write_policy(json, care.policy);
    json.key("runs").open('[');
    for (const maintenance::Run& run : care.runs) write_run(json, run, limits::run_notes_shown);
    co_return json.close(']').close('}').take();
}

}  // namespace freshet::console
