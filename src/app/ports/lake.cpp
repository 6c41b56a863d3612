#include "app/ports/lake.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/ports/lake_tables.h"
#include "base/crypto/digest.h"
#include "lake/crawl.h"
#include "lake/limits.h"
#include "lake/owner.h"

namespace freshet::app {
namespace {

std::string with_slash(std::string location) {
    if (!location.ends_with('/')) location += '/';
    return location;
}

bool lies_at(const catalog::Table& table, const std::string& location) {
    return table.storage && with_slash(table.storage->location) == with_slash(location);
}

/// What a crawl changes of a table's columns, in words; "" when it is nothing.
std::string changes_of(const std::vector<catalog::Column>& before,
                       const std::vector<catalog::Column>& now) {
    std::vector<std::string> changes;
    for (const catalog::Column& column : now) {
        const auto old = std::ranges::find(before, column.name, &catalog::Column::name);
        if (old == before.end())
            changes.push_back(fmt::format("{} {} is new", column.name, column.type));
        else if (old->type != column.type)
            changes.push_back(
                fmt::format("{} was {} and is {}", column.name, old->type, column.type));
    }
    for (const catalog::Column& column : before) {
        if (std::ranges::find(now, column.name, &catalog::Column::name) == now.end())
            changes.push_back(fmt::format("{} is gone", column.name));
    }
    if (changes.empty() &&
        !std::ranges::equal(before, now, {}, &catalog::Column::name, &catalog::Column::name))
        changes.emplace_back("their order");
    return fmt::format("{}", fmt::join(changes, ", "));
}

/// Why the table of the catalog is none that the found one could bring up to date.
std::optional<std::string> unlike(const catalog::Table& known, const catalog::Table& found) {
    if (!std::ranges::equal(known.partition_keys, found.partition_keys, {}, &catalog::Column::name,
                            &catalog::Column::name)) {
        std::vector<std::string> keys;
        for (const catalog::Column& key : found.partition_keys) keys.push_back(key.name);
        return fmt::format("its partition keys differ from the folders' [{}]",
                           fmt::join(keys, ", "));
    }
    const auto is = known.parameters.find("classification");
    const std::string& now = found.parameters.at("classification");
    if (is != known.parameters.end() && is->second != now)
        return fmt::format("it is {}, and the files are {}", is->second, now);
    return std::nullopt;
}

/// What a crawl says nothing of stays: descriptions, comments, other parameters; with
/// MergeNewColumns also the columns.
void keep_what_users_set(const catalog::Table& known, const lake::Settings& settings,
                         catalog::Table& table) {
    table.description = known.description;
    table.owner = known.owner;
    table.retention = known.retention;
    static const std::set<std::string> of_crawlers{lake::particular::grok_custom,
                                                   deprecated_parameter,
                                                   "delimiter",
                                                   "columnsOrdered",
                                                   "areColumnsQuoted",
                                                   "skip.header.line.count"};
    for (const auto& [key, value] : known.parameters) {
        if (!of_crawlers.contains(key)) table.parameters.emplace(key, value);
    }
    std::vector<catalog::Column> columns;
    for (const catalog::Column& old : known.storage->columns) {
        const auto now =
            std::ranges::find(table.storage->columns, old.name, &catalog::Column::name);
        if (now != table.storage->columns.end()) now->comment = old.comment;
        if (settings.merges_new_columns) columns.push_back(old);
    }
    if (!settings.merges_new_columns) return;
    for (const catalog::Column& now : table.storage->columns) {
        if (std::ranges::find(columns, now.name, &catalog::Column::name) == columns.end())
            columns.push_back(now);
    }
    table.storage->columns = std::move(columns);
}

catalog::Partition partition_of(const catalog::Table& table, std::vector<std::string> values,
                                const std::string& location) {
    catalog::Partition partition;
    partition.values = std::move(values);
    partition.storage = table.storage;
    partition.storage->location = location;
    partition.parameters = table.parameters;
    return partition;
}

/// Of all files: what came alone says nothing of them.
void keep_counts(const catalog::Table& known, catalog::Table& table) {
    for (const char* name : {"objectCount", "sizeKey"}) {
        const auto count = known.parameters.find(name);
        if (count == known.parameters.end()) continue;
        table.parameters[name] = table.storage->parameters[name] = count->second;
    }
}

}  // namespace

io::Task<Result<std::vector<lake::Listed>>> LakeSiblings::list(std::string bucket,
                                                               std::string prefix,
                                                               std::string after) {
    auto page = co_await objects_.list(bucket, {prefix, "", after, lake::limits::list_page});
    if (!page) co_return std::unexpected(std::move(page.error()).within("bucket " + bucket));
    std::vector<lake::Listed> files;
    for (const objects::ObjectInfo& object : page->objects)
        files.push_back({object.key, object.size});
    co_return files;
}

io::Task<Result<Bytes>> LakeSiblings::read(std::string bucket, std::string key,
                                           std::uint64_t offset, std::size_t bytes_max) {
    auto object = co_await objects_.find(bucket, key);
    if (!object) co_return pass(object);
    const std::uint64_t begin = std::min(object->size, offset);
    const std::uint64_t size = std::min<std::uint64_t>(object->size - begin, bytes_max);
    auto body = objects_.read(*object, begin, size);
    std::string all;
    while (all.size() < size) {
        auto piece = co_await body->read();
        if (!piece) co_return pass(piece);
        if (piece->empty()) break;
        all.append(piece->view());
    }
    co_return Bytes::own(std::move(all));
}

io::Task<Result<std::vector<lake::KnownTable>>> LakeSiblings::known(lake::Crawler crawler) {
    std::vector<lake::KnownTable> known;
    auto tables = co_await catalog_.tables(crawler.key.home, crawler.database);
    if (!tables) co_return pass(tables);
    for (const catalog::Table& table : *tables) {
        if (is_made_by(crawler, table) && !table.parameters.contains(deprecated_parameter))
            known.push_back(known_table(table));
    }
    co_return known;
}

io::Task<Result<lake::Done>> LakeSiblings::publish(lake::Crawler crawler, lake::FoundTable found,
                                                   lake::Settings settings) {
    const Home home = crawler.key.home;
    lake::Done done;
    auto database = co_await catalog_.database(home, crawler.database);
    if (!database) co_return pass(database);
    auto known = co_await catalog_.table(home, crawler.database, found.name);
    if (known && !lies_at(*known, found.location)) {
        // The name is another table's, which is not the crawler's to change.
        found.name += "_" + to_hex(md5(found.location));
        known = co_await catalog_.table(home, crawler.database, found.name);
    }
    catalog::Table table = table_of(crawler, found);
    if (!known) {
        auto created = co_await catalog_.create_table(home, table);
        if (!created) co_return pass(created);
        done.tally.tables_made = 1;
        done.lines.push_back(fmt::format("table {}.{} made: {}, {} columns, partition keys [{}]",
                                         table.database, table.name, found.format.classification,
                                         table.storage->columns.size(),
                                         fmt::join(found.keys, ", ")));
    } else if (auto reason = unlike(*known, table)) {
        done.lines.push_back(fmt::format("table {}: left as it is, {}", table.name, *reason));
        co_return done;
    } else if (crawler.update_behavior != "UPDATE_IN_DATABASE") {
        done.lines.push_back(fmt::format("table {}: left as it is, UpdateBehavior is {}",
                                         table.name, crawler.update_behavior));
        table = std::move(*known);
    } else {
        keep_what_users_set(*known, settings, table);
        if (found.is_partial) keep_counts(*known, table);
        const std::string changes = changes_of(known->storage->columns, table.storage->columns);
        auto updated = co_await catalog_.update_table(home, table, std::nullopt);
        if (!updated) co_return pass(updated);
        done.tally.tables_changed = changes.empty() ? 0 : 1;
        done.lines.push_back(fmt::format(
            "table {}: {}", table.name,
            changes.empty() ? "columns as before"
                            : "columns changed to what the files show now: " + changes));
    }
    auto registered =
        co_await publish_partitions(std::move(crawler), std::move(table), std::move(found), &done);
    if (!registered) co_return pass(registered);
    co_return done;
}

io::Task<Result<>> LakeSiblings::publish_partitions(lake::Crawler crawler, catalog::Table table,
                                                    lake::FoundTable found, lake::Done* done) {
    if (found.keys.empty()) co_return Result<>();
    const Home home = crawler.key.home;
    auto known = co_await catalog_.partitions(home, table.database, table.name);
    if (!known) co_return pass(known);
    std::set<std::vector<std::string>> there;
    std::size_t back = 0;
    for (catalog::Partition& partition : *known) {
        there.insert(partition.values);
        const bool is_found = found.partitions.contains(partition.values);
        const bool is_below =
            partition.storage && partition.storage->location.starts_with(found.location);
        if (is_found && partition.parameters.contains(deprecated_parameter) &&
            crawler.update_behavior == "UPDATE_IN_DATABASE") {
            const std::vector<std::string> values = partition.values;
            partition.parameters.erase(deprecated_parameter);
            auto updated = co_await catalog_.update_partition(home, table.database, table.name,
                                                              values, std::move(partition));
            if (!updated) co_return pass(updated);
            ++back;
        } else if (!is_found && is_below && !found.is_partial &&
                   !found.unread.contains(partition.storage->location)) {
            auto retired = co_await retire_known(crawler, table.name, std::move(partition), done);
            if (!retired) co_return pass(retired);
        }
    }
    std::vector<catalog::Partition> missing;
    for (const auto& [values, location] : found.partitions) {
        if (there.contains(values)) continue;
        missing.push_back(partition_of(table, values, location));
    }
    const std::size_t made = missing.size();
    for (std::size_t at = 0; at < made; at += lake::limits::partitions_at_once) {
        const auto begin = missing.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t count = std::min(lake::limits::partitions_at_once, made - at);
        auto created = co_await catalog_.create_partitions(
            home, table.database, table.name,
            std::vector<catalog::Partition>(
                std::make_move_iterator(begin),
                std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(count))));
        if (!created) co_return pass(created);
        for (Result<>& one : *created) {
            if (!one && !one.error().is(catalog::Errc::exists)) co_return pass(one);
        }
    }
    done->tally.partitions_made += static_cast<std::int64_t>(made);
    done->lines.push_back(fmt::format("table {}: {} partitions made, {} were there{}", table.name,
                                      made, found.partitions.size() - made,
                                      back > 0 ? fmt::format(", {} are back", back) : ""));
    co_return Result<>();
}

io::Task<Result<>> LakeSiblings::retire_known(lake::Crawler crawler, std::string table,
                                              catalog::Partition partition, lake::Done* done) {
    const Home home = crawler.key.home;
    const std::vector<std::string> values = partition.values;
    const std::string name =
        fmt::format("partition [{}] of table {}", fmt::join(values, ", "), table);
    if (crawler.delete_behavior == "LOG") {
        done->lines.push_back(name + ": its files are gone; it stays, DeleteBehavior is LOG");
        co_return Result<>();
    }
    if (crawler.delete_behavior == "DELETE_FROM_DATABASE") {
        auto dropped = co_await catalog_.drop_partition(home, crawler.database, table, values);
        if (!dropped) co_return pass(dropped);
        done->lines.push_back(name + ": dropped, its files are gone");
    } else {
        if (partition.parameters.contains(deprecated_parameter)) co_return Result<>();
        partition.parameters[deprecated_parameter] = now_text();
        auto updated = co_await catalog_.update_partition(home, crawler.database, table, values,
                                                          std::move(partition));
        if (!updated) co_return pass(updated);
        done->lines.push_back(name + ": marked as deprecated, its files are gone");
    }
    ++done->tally.partitions_gone;
    co_return Result<>();
}

io::Task<Result<>> LakeSiblings::set_counts(lake::Crawler crawler, std::string name,
                                            std::uint64_t objects, std::uint64_t bytes) {
    if (crawler.update_behavior != "UPDATE_IN_DATABASE") co_return Result<>();
    const std::pair<const char*, std::string> counts[] = {{"objectCount", std::to_string(objects)},
                                                          {"sizeKey", std::to_string(bytes)}};
    const Home home = crawler.key.home;
    auto table = co_await catalog_.table(home, crawler.database, name);
    if (!table || !table->storage) co_return Result<>();  // it is gone meanwhile
    bool is_same = true;
    for (const auto& [key, value] : counts) {
        const auto known = table->parameters.find(key);
        is_same &= known != table->parameters.end() && known->second == value;
    }
    if (is_same) co_return Result<>();
    const Timestamp now = logs_.home().now();
    auto written = co_await database_.write([&](meta::Txn& txn) {
        return catalog::Catalog::change_table_in(
            txn, home, crawler.database, name,
            [&](catalog::Table& one) {
                for (const auto& [key, value] : counts) {
                    one.parameters[key] = value;
                    if (one.storage) one.storage->parameters[key] = value;
                }
            },
            now);
    });
    co_return written;
}

io::Task<Result<bool>> LakeSiblings::has_partition(lake::Crawler crawler, std::string table,
                                                   std::vector<std::string> values) {
    auto partition = co_await catalog_.partition(crawler.key.home, crawler.database,
                                                 std::move(table), std::move(values));
    if (!partition && partition.error().is(catalog::Errc::not_found)) co_return false;
    if (!partition) co_return pass(partition);
    co_return true;
}

io::Task<Result<lake::Done>> LakeSiblings::retire_partition(lake::Crawler crawler,
                                                            std::string table,
                                                            std::vector<std::string> values) {
    lake::Done done;
    auto partition = co_await catalog_.partition(crawler.key.home, crawler.database, table, values);
    if (!partition && partition.error().is(catalog::Errc::not_found)) co_return done;
    if (!partition) co_return pass(partition);
    auto retired =
        co_await retire_known(std::move(crawler), std::move(table), std::move(*partition), &done);
    if (!retired) co_return pass(retired);
    co_return done;
}

io::Task<Result<lake::Done>> LakeSiblings::add_partitions(
    lake::Crawler crawler, std::string name,
    std::map<std::vector<std::string>, std::string> partitions) {
    const Home home = crawler.key.home;
    lake::Done done;
    if (partitions.empty()) co_return done;
    auto table = co_await catalog_.table(home, crawler.database, name);
    if (!table) co_return pass(table);
    std::vector<catalog::Partition> wanted;
    for (const auto& [values, location] : partitions)
        wanted.push_back(partition_of(*table, values, location));
    auto created = co_await catalog_.create_partitions(home, crawler.database, name, wanted);
    if (!created) co_return pass(created);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        Result<>& one = (*created)[i];
        const std::string words =
            fmt::format("partition [{}] of table {}", fmt::join(wanted[i].values, ", "), name);
        if (one) {
            ++done.tally.partitions_made;
            done.lines.push_back(words + ": made");
        } else if (!one.error().is(catalog::Errc::exists)) {
            co_return pass(one);
        } else {
            auto back = co_await bring_back(crawler, name, wanted[i].values);
            if (!back) co_return pass(back);
            done.lines.push_back(words + (*back ? ": is back" : ": was there"));
        }
    }
    co_return done;
}

io::Task<Result<bool>> LakeSiblings::bring_back(lake::Crawler crawler, std::string table,
                                                std::vector<std::string> values) {
    const Home home = crawler.key.home;
    auto partition = co_await catalog_.partition(home, crawler.database, table, values);
    if (!partition) co_return pass(partition);
    if (!partition->parameters.contains(deprecated_parameter) ||
        crawler.update_behavior != "UPDATE_IN_DATABASE")
        co_return false;
    partition->parameters.erase(deprecated_parameter);
    auto updated = co_await catalog_.update_partition(home, crawler.database, table, values,
                                                      std::move(*partition));
    if (!updated) co_return pass(updated);
    co_return true;
}

io::Task<Result<lake::Done>> LakeSiblings::retire(lake::Crawler crawler,
                                                  std::vector<std::string> places,
                                                  std::set<std::string> kept) {
    const Home home = crawler.key.home;
    lake::Done done;
    auto tables = co_await catalog_.tables(home, crawler.database);
    if (!tables) co_return pass(tables);
    for (catalog::Table& table : *tables) {
        if (!is_made_by(crawler, table)) continue;
        const std::string& location = table.storage->location;
        const bool is_below = std::ranges::any_of(places, [&](const std::string& place) {
            return with_slash(location).starts_with(place);
        });
        if (!is_below || kept.contains(location)) continue;
        const std::string name = table.name;
        if (crawler.delete_behavior == "LOG") {
            done.lines.push_back(
                fmt::format("table {}: its files are gone; it stays, DeleteBehavior is LOG", name));
            continue;
        }
        if (crawler.delete_behavior == "DELETE_FROM_DATABASE") {
            auto dropped = co_await catalog_.drop_table(home, crawler.database, name);
            if (!dropped) co_return pass(dropped);
            done.lines.push_back(fmt::format("table {}: dropped, its files are gone", name));
        } else {
            if (table.parameters.contains(deprecated_parameter)) continue;
            table.parameters[deprecated_parameter] = now_text();
            auto updated = co_await catalog_.update_table(home, std::move(table), std::nullopt);
            if (!updated) co_return pass(updated);
            done.lines.push_back(
                fmt::format("table {}: marked as deprecated, its files are gone", name));
        }
        ++done.tally.tables_gone;
    }
    co_return done;
}

namespace {

std::string listener_of(const lake::Crawler& crawler) {
    return fmt::format("crawler/{}", crawler.id);
}

}  // namespace

Result<> LakeSiblings::follow_in(meta::Txn& txn, const lake::Crawler& crawler) {
    if (!crawler.follows_objects()) return forget_in(txn, crawler);
    std::vector<objects::NoticePlace> places;
    for (const lake::Target& target : crawler.targets) {
        auto place = *lake::parse_place(target.path);
        // Without a slash at its end it may be an object.
        if (!target.path.ends_with('/') && !place.prefix.empty()) place.prefix.pop_back();
        places.push_back({std::move(place.bucket), std::move(place.prefix)});
    }
    return objects::notices::listen_in(txn, listener_of(crawler), places);
}

Result<> LakeSiblings::forget_in(meta::Txn& txn, const lake::Crawler& crawler) {
    return objects::notices::forget_in(txn, listener_of(crawler));
}

Result<> LakeSiblings::settle_in(meta::Txn& txn, const lake::Crawler& crawler,
                                 std::int64_t number) {
    return objects::notices::done_in(txn, listener_of(crawler), number);
}

io::Task<Result<std::vector<lake::Change>>> LakeSiblings::changes(lake::Crawler crawler,
                                                                  std::size_t count_max) {
    auto found = co_await database_.read([&](const meta::Connection& connection) {
        return objects::notices::pending(connection, listener_of(crawler), count_max);
    });
    if (!found) co_return pass(found);
    std::vector<lake::Change> changes;
    for (objects::Notice& notice : *found)
        changes.push_back({notice.number, std::move(notice.bucket), std::move(notice.key),
                           notice.size, notice.cause == objects::Cause::removed});
    co_return changes;
}

std::shared_ptr<const void> LakeSiblings::watch(const lake::Crawler& crawler,
                                                std::function<void()> heard) {
    return bell_.watch(logs_.home(), listener_of(crawler), std::move(heard));
}

std::string LakeSiblings::now_text() const {
    return std::to_string(to_epoch_ms(logs_.home().now()));
}

void LakeSiblings::log(const lake::CrawlerKey& key, const std::string& stream,
                       std::vector<std::string> lines) {
    std::vector<monitor::Line> kept;
    const Timestamp now = logs_.home().now();
    for (std::string& line : lines) kept.push_back({now, std::move(line)});
    logs_.append({key.home, "/aws-glue/crawlers"}, stream, std::move(kept));
}

}  // namespace freshet::app
