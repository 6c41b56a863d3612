// The operations of tables: create, describe, update, delete, list, tags, and what Freshet says of
// time to live and backups, which it does not build.
#include <fmt/format.h>

#include <algorithm>

#include "aws/services/dynamodb/dynamodb.h"
#include "aws/services/dynamodb/words.h"

namespace freshet::aws {
namespace {

using namespace dynamodb;
namespace domain = tables;

constexpr std::size_t list_default = 100;

std::vector<domain::KeyPart> parts_of(const std::vector<AttributeDefinition>& given) {
    std::vector<domain::KeyPart> parts;
    for (const AttributeDefinition& one : given) {
        const auto kind = one.attribute_type == "N"   ? domain::Kind::number
                          : one.attribute_type == "B" ? domain::Kind::binary
                                                      : domain::Kind::string;
        parts.push_back({one.attribute_name, kind});
    }
    return parts;
}

Answer<domain::KeySchema> keys_of(const std::vector<KeySchemaElement>& given) {
    domain::KeySchema keys;
    if (given.empty() || given.size() > 2 || given[0].key_type != "HASH")
        return invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    keys.hash.name = given[0].attribute_name;
    if (given.size() < 2) return keys;
    if (given[1].key_type != "RANGE")
        return invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
    keys.range.emplace().name = given[1].attribute_name;
    return keys;
}

domain::Throughput throughput_of(const std::optional<ProvisionedThroughput>& given) {
    if (!given) return {};
    return {given->read_capacity_units, given->write_capacity_units};
}

/// GlobalSecondaryIndex, LocalSecondaryIndex and CreateGlobalSecondaryIndexAction are alike.
template <class Wire>
Answer<domain::Index> index_of(const Wire& given) {
    domain::Index index;
    index.name = given.index_name;
    auto keys = keys_of(given.key_schema);
    if (!keys) return pass(keys);
    index.keys = std::move(*keys);
    const std::string type = given.projection.projection_type.value_or("");
    if (type.empty())
        return invalid("One or more parameter values were invalid: Unknown ProjectionType: null");
    index.projection = type == "ALL"         ? domain::Projection::all
                       : type == "KEYS_ONLY" ? domain::Projection::keys_only
                                             : domain::Projection::include;
    if (given.projection.non_key_attributes) index.included = *given.projection.non_key_attributes;
    if constexpr (requires { given.provisioned_throughput; })
        index.throughput = throughput_of(given.provisioned_throughput);
    return index;
}

domain::Tags tags_of(const std::vector<Tag>& given) {
    domain::Tags tags;
    for (const Tag& tag : given) tags[tag.key] = tag.value;
    return tags;
}

std::vector<KeySchemaElement> wire_keys(const domain::KeySchema& keys) {
    std::vector<KeySchemaElement> out{{keys.hash.name, "HASH"}};
    if (keys.range) out.push_back({keys.range->name, "RANGE"});
    return out;
}

ProvisionedThroughputDescription wire_throughput(const domain::Throughput& throughput) {
    ProvisionedThroughputDescription out;
    out.number_of_decreases_today = 0;
    out.read_capacity_units = throughput.reads;
    out.write_capacity_units = throughput.writes;
    return out;
}

template <class Wire>
Wire wire_index(const domain::TableKey& table, const domain::Index& index) {
    Wire out;
    out.index_name = index.name;
    out.key_schema = wire_keys(index.keys);
    Projection& projection = out.projection.emplace();
    projection.projection_type = index.projection == domain::Projection::all         ? "ALL"
                                 : index.projection == domain::Projection::keys_only ? "KEYS_ONLY"
                                                                                     : "INCLUDE";
    if (!index.included.empty()) projection.non_key_attributes = index.included;
    out.index_size_bytes = index.bytes;
    out.item_count = index.items;
    out.index_arn = arn_of(table) + "/index/" + index.name;
    return out;
}

void add_definitions(const domain::KeySchema& keys, std::vector<AttributeDefinition>& out) {
    const auto add = [&out](const domain::KeyPart& part) {
        if (std::ranges::find(out, part.name, &AttributeDefinition::attribute_name) == out.end())
            out.push_back({part.name, std::string(domain::code_of(part.kind))});
    };
    add(keys.hash);
    if (keys.range) add(*keys.range);
}

TableDescription describe(const domain::Table& table, const char* status) {
    TableDescription out;
    out.table_name = table.key.name;
    out.table_arn = arn_of(table.key);
    out.table_id = table.uuid;
    out.table_status = status;
    out.creation_date_time = table.created;
    out.key_schema = wire_keys(table.primary.keys);
    out.item_count = table.primary.items;
    out.table_size_bytes = table.primary.bytes;
    out.provisioned_throughput = wire_throughput(table.primary.throughput);
    if (!table.is_provisioned) out.billing_mode_summary.emplace().billing_mode = "PAY_PER_REQUEST";
    out.deletion_protection_enabled = table.is_protected;
    out.table_class_summary.emplace().table_class = table.table_class;
    auto& definitions = out.attribute_definitions.emplace();
    add_definitions(table.primary.keys, definitions);
    for (const domain::Index& index : table.indexes) {
        add_definitions(index.keys, definitions);
        if (index.is_local) {
            auto& all = out.local_secondary_indexes;
            if (!all) all.emplace();
            all->push_back(wire_index<LocalSecondaryIndexDescription>(table.key, index));
            continue;
        }
        auto& all = out.global_secondary_indexes;
        if (!all) all.emplace();
        auto& one =
            all->emplace_back(wire_index<GlobalSecondaryIndexDescription>(table.key, index));
        one.index_status = "ACTIVE";
        one.provisioned_throughput = wire_throughput(index.throughput);
    }
    return out;
}

Answer<domain::Table> table_of(const Caller& caller, const CreateTableInput& request) {
    domain::Table table;
    table.key = table_key(caller, request.table_name);
    if (!request.key_schema || !request.attribute_definitions)
        return invalid(
            "One or more parameter values were invalid: KeySchema and AttributeDefinitions must "
            "be specified");
    auto keys = keys_of(*request.key_schema);
    if (!keys) return pass(keys);
    table.primary.keys = std::move(*keys);
    table.is_provisioned = request.billing_mode.value_or("PROVISIONED") == "PROVISIONED";
    table.is_protected = request.deletion_protection_enabled.value_or(false);
    table.table_class = request.table_class.value_or("STANDARD");
    table.primary.throughput = throughput_of(request.provisioned_throughput);
    if (request.local_secondary_indexes)
        for (const auto& given : *request.local_secondary_indexes) {
            auto index = index_of(given);
            if (!index) return pass(index);
            index->is_local = true;
            table.indexes.push_back(std::move(*index));
        }
    if (request.global_secondary_indexes)
        for (const auto& given : *request.global_secondary_indexes) {
            auto index = index_of(given);
            if (!index) return pass(index);
            table.indexes.push_back(std::move(*index));
        }
    return table;
}

Answer<domain::TableChange> change_of(const UpdateTableInput& request) {
    domain::TableChange change;
    if (request.billing_mode) change.is_provisioned = request.billing_mode == "PROVISIONED";
    change.is_protected = request.deletion_protection_enabled;
    change.table_class = request.table_class;
    if (request.provisioned_throughput)
        change.throughput = throughput_of(request.provisioned_throughput);
    if (request.attribute_definitions) change.attributes = parts_of(*request.attribute_definitions);
    if (!request.global_secondary_index_updates) return change;
    for (const GlobalSecondaryIndexUpdate& update : *request.global_secondary_index_updates) {
        if (update.delete_) change.removed.push_back(update.delete_->index_name);
        if (update.update)
            change.rated.emplace_back(update.update->index_name,
                                      throughput_of(update.update->provisioned_throughput));
        if (!update.create) continue;
        auto index = index_of(*update.create);
        if (!index) return pass(index);
        change.added.push_back(std::move(*index));
    }
    if (change.added.size() + change.removed.size() > 1)
        return refuse("LimitExceededException",
                      "Subscriber limit exceeded: Only 1 online index can be created or deleted "
                      "simultaneously per table");
    return change;
}

class Handlers {
  public:
    explicit Handlers(domain::Tables& tables) : tables_(tables) {}

    io::Task<Answer<CreateTableOutput>> create(Caller caller, CreateTableInput request) {
        auto table = table_of(caller, request);
        if (!table) co_return pass(table);
        auto made =
            co_await tables_.create(std::move(*table), parts_of(*request.attribute_definitions),
                                    request.tags ? tags_of(*request.tags) : domain::Tags());
        co_return described<CreateTableOutput>(made, "ACTIVE");
    }

    io::Task<Answer<DescribeTableOutput>> describe_one(Caller caller, DescribeTableInput request) {
        auto found = co_await tables_.find(table_key(caller, request.table_name));
        if (!found) co_return refuse(found.error());
        DescribeTableOutput out;
        out.table = describe(*found, "ACTIVE");
        co_return out;
    }

    io::Task<Answer<UpdateTableOutput>> update(Caller caller, UpdateTableInput request) {
        auto change = change_of(request);
        if (!change) co_return pass(change);
        auto done =
            co_await tables_.change(table_key(caller, request.table_name), std::move(*change));
        co_return described<UpdateTableOutput>(done, "ACTIVE");
    }

    io::Task<Answer<DeleteTableOutput>> remove(Caller caller, DeleteTableInput request) {
        auto done = co_await tables_.remove(table_key(caller, request.table_name));
        co_return described<DeleteTableOutput>(done, "DELETING");
    }

    io::Task<Answer<ListTablesOutput>> list(Caller caller, ListTablesInput request) {
        const auto limit = request.limit ? static_cast<std::size_t>(*request.limit) : list_default;
        auto names = co_await tables_.list(
            {caller.home(), request.exclusive_start_table_name.value_or("")}, limit);
        if (!names) co_return refuse(names.error());
        ListTablesOutput out;
        if (names->size() > limit) {
            names->resize(limit);
            out.last_evaluated_table_name = names->back();
        }
        out.table_names = std::move(*names);
        co_return out;
    }

    io::Task<Answer<TagResourceOp::Output>> tag(Caller caller, TagResourceInput request) {
        auto done =
            co_await tables_.tag(table_key(caller, request.resource_arn), tags_of(request.tags));
        if (!done) co_return refuse(done.error());
        co_return TagResourceOp::Output();
    }

    io::Task<Answer<UntagResourceOp::Output>> untag(Caller caller, UntagResourceInput request) {
        auto done = co_await tables_.untag(table_key(caller, request.resource_arn),
                                           std::move(request.tag_keys));
        if (!done) co_return refuse(done.error());
        co_return UntagResourceOp::Output();
    }

    io::Task<Answer<ListTagsOfResourceOutput>> list_tags(Caller caller,
                                                         ListTagsOfResourceInput request) {
        auto tags = co_await tables_.tags(table_key(caller, request.resource_arn));
        if (!tags) co_return refuse(tags.error());
        ListTagsOfResourceOutput out;
        auto& all = out.tags.emplace();
        for (const auto& [key, value] : *tags) all.push_back({key, value});
        co_return out;
    }

    io::Task<Answer<DescribeTimeToLiveOutput>> time_to_live(Caller caller,
                                                            DescribeTimeToLiveInput request) {
        auto found = co_await tables_.find(table_key(caller, request.table_name));
        if (!found) co_return refuse(found.error());
        DescribeTimeToLiveOutput out;
        out.time_to_live_description.emplace().time_to_live_status = "DISABLED";
        co_return out;
    }

    io::Task<Answer<DescribeContinuousBackupsOutput>> backups(
        Caller caller, DescribeContinuousBackupsInput request) {
        auto found = co_await tables_.find(table_key(caller, request.table_name));
        if (!found) co_return refuse(found.error());
        DescribeContinuousBackupsOutput out;
        out.continuous_backups_description = no_backups();
        co_return out;
    }

    io::Task<Answer<UpdateContinuousBackupsOutput>> update_backups(
        Caller caller, UpdateContinuousBackupsInput request) {
        auto found = co_await tables_.find(table_key(caller, request.table_name));
        if (!found) co_return refuse(found.error());
        if (request.point_in_time_recovery_specification.point_in_time_recovery_enabled)
            co_return refuse("ContinuousBackupsUnavailableException",
                             "Freshet does not build point in time recovery");
        UpdateContinuousBackupsOutput out;
        out.continuous_backups_description = no_backups();
        co_return out;
    }

  private:
    template <class Output>
    static Answer<Output> described(const Result<domain::Table>& table, const char* status) {
        if (!table) return refuse(table.error());
        Output out;
        out.table_description = describe(*table, status);
        return out;
    }

    static ContinuousBackupsDescription no_backups() {
        ContinuousBackupsDescription out;
        out.continuous_backups_status = "DISABLED";
        out.point_in_time_recovery_description.emplace().point_in_time_recovery_status = "DISABLED";
        return out;
    }

    domain::Tables& tables_;
};

}  // namespace

void register_dynamodb_tables(Router& router, domain::Tables& tables) {
    auto h = std::make_shared<Handlers>(tables);
    io::Core& home = tables.home();
    on<CreateTableOp>(router, home, h, &Handlers::create);
    on<DescribeTableOp>(router, home, h, &Handlers::describe_one);
    on<UpdateTableOp>(router, home, h, &Handlers::update);
    on<DeleteTableOp>(router, home, h, &Handlers::remove);
    on<ListTablesOp>(router, home, h, &Handlers::list);
    on<TagResourceOp>(router, home, h, &Handlers::tag);
    on<UntagResourceOp>(router, home, h, &Handlers::untag);
    on<ListTagsOfResourceOp>(router, home, h, &Handlers::list_tags);
    on<DescribeTimeToLiveOp>(router, home, h, &Handlers::time_to_live);
    on<DescribeContinuousBackupsOp>(router, home, h, &Handlers::backups);
    on<UpdateContinuousBackupsOp>(router, home, h, &Handlers::update_backups);
}

}  // namespace freshet::aws
