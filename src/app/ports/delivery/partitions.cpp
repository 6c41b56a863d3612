#include "app/ports/delivery/partitions.h"

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "catalog/store.h"

namespace freshet::app {
namespace {

/// "s3://bucket/prefix/", also when the catalog has it without the last slash.
std::string folder_of(std::string location) {
    if (!location.ends_with('/')) location += '/';
    return location;
}

/// The values of the folders key=value that follow one another from `path` on, for the keys of
/// `table`; nothing when they are others.
std::optional<std::vector<std::string>> values_of(const catalog::Table& table,
                                                  std::string_view& path) {
    std::vector<std::string> values;
    for (const catalog::Column& key : table.partition_keys) {
        const std::size_t end = path.find('/');
        const std::string begin = key.name + "=";
        if (end == std::string_view::npos || end <= begin.size() ||
            catalog::folded(path.substr(0, begin.size())) != begin)
            return std::nullopt;
        values.emplace_back(path.substr(begin.size(), end - begin.size()));
        path.remove_prefix(end + 1);
    }
    return values;
}

}  // namespace

Result<> DeliveryPartitions::register_in(meta::Txn& txn, const delivery::DeliveryKey& stream,
                                         const std::string& table, const std::string& bucket,
                                         const std::string& key, Timestamp now) {
    const freshet::Home& home = stream.home;
    const std::size_t dot = table.find('.');
    const std::string database = catalog::folded(table.substr(0, dot));
    const std::string name = dot == std::string::npos ? "" : catalog::folded(table.substr(dot + 1));
    auto found = catalog::store::find_table(txn, home, database, name);
    if (!found && !found.error().is_of<catalog::Errc>()) return pass(found);
    if (!found || !found->storage || found->partition_keys.empty()) return {};
    const std::string whole = fmt::format("s3://{}/{}", bucket, key);
    const std::string top = folder_of(found->storage->location);
    if (!whole.starts_with(top)) return {};
    std::string_view rest = std::string_view(whole).substr(top.size());
    const auto values = values_of(*found, rest);
    if (!values) return {};
    catalog::Partition partition;
    partition.values = *values;
    partition.storage = found->storage;
    partition.storage->location = whole.substr(0, whole.size() - rest.size());
    auto made =
        catalog::Catalog::create_partition_in(txn, home, database, name, std::move(partition), now);
    // It is there, or the catalog refuses its values: the object is delivered all the same.
    if (!made && !made.error().is_of<catalog::Errc>()) return made;
    return {};
}

}  // namespace freshet::app
