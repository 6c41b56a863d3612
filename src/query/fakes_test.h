// For tests of this module: a catalog and an object store in memory.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "query/ports.h"

namespace freshet::query {

class FakeCatalog final : public CatalogPort {
  public:
    std::map<std::string, CatalogDatabase> kept_databases{{"default", {"default", "", "", {}}}};
    std::map<std::pair<std::string, std::string>, CatalogTable> kept_tables;
    std::map<std::pair<std::string, std::string>, std::vector<CatalogPartition>> kept_partitions;

    io::Task<Result<std::vector<CatalogDatabase>>> databases(Home) override {
        std::vector<CatalogDatabase> all;
        for (const auto& [name, database] : kept_databases) all.push_back(database);
        co_return all;
    }
    io::Task<Result<CatalogDatabase>> database(Home, std::string name) override {
        const auto found = kept_databases.find(name);
        if (found == kept_databases.end()) co_return fail(PortErrc::not_found, "no " + name);
        co_return found->second;
    }
    io::Task<Result<>> create_database(Home, CatalogDatabase database) override {
        if (!kept_databases.emplace(database.name, database).second)
            co_return fail(PortErrc::exists, "there is " + database.name);
        co_return Result<>();
    }
    io::Task<Result<>> drop_database(Home, std::string name) override {
        kept_databases.erase(name);
        co_return Result<>();
    }
    io::Task<Result<std::vector<CatalogTable>>> tables(Home, std::string database) override {
        if (!kept_databases.contains(database))
            co_return fail(PortErrc::not_found, "no " + database);
        std::vector<CatalogTable> all;
        for (const auto& [key, table] : kept_tables) {
            if (key.first == database) all.push_back(table);
        }
        co_return all;
    }
    io::Task<Result<CatalogTable>> table(Home, std::string database, std::string name) override {
        const auto found = kept_tables.find({database, name});
        if (found == kept_tables.end()) co_return fail(PortErrc::not_found, "no " + name);
        co_return found->second;
    }
    io::Task<Result<>> create_table(Home, CatalogTable table) override {
        if (!kept_tables.emplace(std::pair(table.database, table.name), table).second)
            co_return fail(PortErrc::exists, "there is " + table.name);
        co_return Result<>();
    }
    io::Task<Result<>> update_table(Home, CatalogTable table) override {
        kept_tables[{table.database, table.name}] = table;
        co_return Result<>();
    }
    io::Task<Result<>> drop_table(Home, std::string database, std::string name) override {
        kept_tables.erase({database, name});
        co_return Result<>();
    }
    io::Task<Result<std::vector<CatalogPartition>>> partitions(Home, std::string database,
                                                               std::string table) override {
        co_return kept_partitions[{database, table}];
    }
    io::Task<Result<CatalogPartition>> partition(Home, std::string database, std::string table,
                                                 std::vector<std::string> values) override {
        for (const CatalogPartition& one : kept_partitions[{database, table}]) {
            if (one.values == values) co_return one;
        }
        co_return fail(PortErrc::not_found, "no such partition");
    }
    io::Task<Result<>> create_partitions(Home, std::string database, std::string table,
                                         std::vector<CatalogPartition> partitions) override {
        auto& kept = kept_partitions[{database, table}];
        for (auto& partition : partitions) {
            for (const auto& one : kept) {
                if (one.values == partition.values)
                    co_return fail(PortErrc::exists, "there is such a partition");
            }
            kept.push_back(std::move(partition));
        }
        co_return Result<>();
    }
    io::Task<Result<>> drop_partition(Home, std::string database, std::string table,
                                      std::vector<std::string> values) override {
        auto& kept = kept_partitions[{database, table}];
        const auto gone =
            std::erase_if(kept, [&](const CatalogPartition& one) { return one.values == values; });
        if (gone == 0) co_return fail(PortErrc::not_found, "no such partition");
        co_return Result<>();
    }
    io::Task<Result<>> optimize(Home, Rewrite rewrite, Cancel&) override {
        optimized = rewrite.database + "." + rewrite.table +
                    (rewrite.converts ? " INTO " + rewrite.into : "") + " WHERE " + rewrite.where;
        co_return Result<>();
    }
    std::string optimized;  ///< the last one
};

class FakeObjects final : public ObjectsPort {
  public:
    std::map<std::string, std::string> kept;  ///< by "bucket/key"
    bool refuses_puts = false;
    std::function<void()> before_locate;  ///< once: what happens meanwhile
    std::weak_ptr<const void> held;       ///< the hold that was taken last
    bool was_held = true;                 ///< whenever objects were located

    std::shared_ptr<const void> hold() override {
        auto taken = std::make_shared<int>(0);
        held = taken;
        return taken;
    }

    io::Task<Result<std::vector<LocatedObject>>> locate(std::string bucket,
                                                        std::string prefix) override {
        was_held = was_held && !held.expired();
        if (before_locate) std::exchange(before_locate, nullptr)();
        std::vector<LocatedObject> found;
        const std::string begin = bucket + "/";
        for (const auto& [name, content] : kept) {
            if (!name.starts_with(begin + prefix)) continue;
            found.push_back({name.substr(begin.size()), content.size(), {}, "", {}});
        }
        co_return found;
    }
    io::Task<Result<>> put(Home, std::string bucket, std::string key, std::string,
                           std::vector<Bytes> content) override {
        if (refuses_puts) co_return fail(PortErrc::refused, "no room");
        std::string text;
        for (const auto& piece : content) text += piece.view();
        kept[bucket + "/" + key] = text;
        co_return Result<>();
    }
    io::Task<Result<>> put_body(Home, std::string bucket, std::string key, std::string,
                                std::shared_ptr<io::BodyReader> body) override {
        if (refuses_puts) co_return fail(PortErrc::refused, "no room");
        auto all = co_await io::read_all(*body, 1 << 20);
        if (!all) co_return pass(all);
        kept[bucket + "/" + key] = std::string(all->view());
        co_return Result<>();
    }
    io::Task<Result<Bytes>> read(std::string bucket, std::string key, std::uint64_t offset,
                                 std::uint64_t size) override {
        const auto found = kept.find(bucket + "/" + key);
        if (found == kept.end()) co_return fail(PortErrc::not_found, "no " + key);
        co_return Bytes::own(
            found->second.substr(std::min<std::size_t>(offset, found->second.size()), size));
    }
    io::Task<Result<bool>> bucket_exists(std::string) override { co_return true; }
};

}  // namespace freshet::query
