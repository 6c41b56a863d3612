// Partitions.
#include <algorithm>

#include "aws/services/glue/words.h"
#include "catalog/expression.h"

namespace freshet::aws::glue_words {
namespace {

using namespace glue;

constexpr std::size_t partitions_default = 1000;

/// A control character that keys are made with is refused.
bool is_plain(const std::vector<std::string>& values) {
    return std::ranges::all_of(
        values, [](const std::string& value) { return value.find('\x1f') == std::string::npos; });
}

/// `values_now`: of the partition that is updated; they stay when no others are given.
Answer<catalog::Partition> partition_of(const PartitionInput& in,
                                        const std::vector<std::string>& values_now) {
    catalog::Partition partition;
    partition.values = in.values.value_or(values_now);
    if (!is_plain(partition.values))
        return refuse("InvalidInputException", "A partition value holds a control character");
    if (in.storage_descriptor) partition.storage = storage_of(*in.storage_descriptor);
    partition.parameters = properties_of(in.parameters);
    partition.accessed = in.last_access_time;
    partition.analyzed = in.last_analyzed_time;
    return partition;
}

Partition partition_output(const Caller& caller, const std::string& database,
                           const std::string& table, const catalog::Partition& partition,
                           bool wants_columns) {
    Partition out;
    out.values = partition.values;
    out.database_name = catalog::folded(database);
    out.table_name = catalog::folded(table);
    out.creation_time = partition.created;
    out.last_access_time = partition.accessed;
    out.last_analyzed_time = partition.analyzed;
    if (partition.storage) out.storage_descriptor = storage_output(*partition.storage);
    if (out.storage_descriptor && !wants_columns) out.storage_descriptor->columns.reset();
    out.parameters = pairs_of(partition.parameters);
    out.catalog_id = caller.account();
    return out;
}

/// Each partition is in one segment.
bool is_in(const Segment& segment, const std::vector<std::string>& values) {
    std::size_t hash = 0;
    for (const std::string& value : values) hash = hash * 31 + std::hash<std::string>()(value);
    return static_cast<int>(hash % static_cast<std::size_t>(segment.total_segments)) ==
           segment.segment_number;
}

class Handlers {
  public:
    explicit Handlers(catalog::Catalog& catalog) : catalog_(catalog) {}

    io::Task<Answer<CreatePartitionResponse>> create(Caller caller, CreatePartitionRequest input) {
        auto partition = partition_of(input.partition_input, {});
        if (!partition) co_return pass(partition);
        auto done = co_await catalog_.create_partition(caller.home(), input.database_name,
                                                       input.table_name, std::move(*partition));
        if (!done) co_return refuse(done.error());
        co_return CreatePartitionResponse{};
    }

    /// Not atomic, as on AWS: those that fail are listed, the others are created.
    io::Task<Answer<BatchCreatePartitionResponse>> create_many(Caller caller,
                                                               BatchCreatePartitionRequest input) {
        auto table = co_await catalog_.table(caller.home(), input.database_name, input.table_name);
        if (!table) co_return refuse(table.error());
        std::vector<catalog::Partition> partitions;
        for (const PartitionInput& one : input.partition_input_list) {
            auto partition = partition_of(one, {});
            if (!partition) co_return pass(partition);
            partitions.push_back(std::move(*partition));
        }
        auto outcomes = co_await catalog_.create_partitions(caller.home(), input.database_name,
                                                            input.table_name, partitions);
        if (!outcomes) co_return refuse(outcomes.error());
        BatchCreatePartitionResponse out;
        out.errors.emplace();
        for (std::size_t i = 0; i < partitions.size(); ++i) {
            if (!(*outcomes)[i])
                out.errors->push_back({partitions[i].values, detail_of((*outcomes)[i].error())});
        }
        co_return out;
    }

    io::Task<Answer<GetPartitionResponse>> get(Caller caller, GetPartitionRequest input) {
        auto found = co_await catalog_.partition(caller.home(), input.database_name,
                                                 input.table_name, input.partition_values);
        if (!found) co_return refuse(found.error());
        GetPartitionResponse out;
        out.partition =
            partition_output(caller, input.database_name, input.table_name, *found, true);
        co_return out;
    }

    io::Task<Answer<BatchGetPartitionResponse>> get_many(Caller caller,
                                                         BatchGetPartitionRequest input) {
        auto table = co_await catalog_.table(caller.home(), input.database_name, input.table_name);
        if (!table) co_return refuse(table.error());
        BatchGetPartitionResponse out;
        out.partitions.emplace();
        out.unprocessed_keys.emplace();
        for (const PartitionValueList& wanted : input.partitions_to_get) {
            auto found = co_await catalog_.partition(caller.home(), input.database_name,
                                                     input.table_name, wanted.values);
            if (found)
                out.partitions->push_back(
                    partition_output(caller, input.database_name, input.table_name, *found, true));
            else if (!found.error().is(catalog::Errc::not_found))
                co_return refuse(found.error());
        }
        co_return out;
    }

    io::Task<Answer<GetPartitionsResponse>> list(Caller caller, GetPartitionsRequest input) {
        auto table = co_await catalog_.table(caller.home(), input.database_name, input.table_name);
        if (!table) co_return refuse(table.error());
        if (input.segment && input.segment->segment_number >= input.segment->total_segments)
            co_return refuse("InvalidInputException",
                             "Segment: SegmentNumber counts from 0 and is less than TotalSegments");
        auto expression =
            catalog::Expression::parse(input.expression.value_or(""), table->partition_keys);
        if (!expression) co_return refuse(expression.error());
        auto after = key_of(input.next_token);
        if (!after) co_return pass(after);
        const auto wanted = [&](const catalog::Partition& partition) {
            return expression->matches(partition.values) &&
                   (!input.segment || is_in(*input.segment, partition.values));
        };
        auto found = co_await catalog_.partitions_page(
            caller.home(), input.database_name, input.table_name, *after,
            static_cast<std::size_t>(input.max_results.value_or(partitions_default)), wanted);
        if (!found) co_return refuse(found.error());
        GetPartitionsResponse out;
        out.next_token = token_of(found->next);
        out.partitions.emplace();
        for (const catalog::Partition& partition : found->items) {
            out.partitions->push_back(
                partition_output(caller, input.database_name, input.table_name, partition,
                                 !input.exclude_column_schema.value_or(false)));
        }
        co_return out;
    }

    io::Task<Answer<UpdatePartitionResponse>> update(Caller caller, UpdatePartitionRequest input) {
        auto partition = partition_of(input.partition_input, input.partition_value_list);
        if (!partition) co_return pass(partition);
        auto done =
            co_await catalog_.update_partition(caller.home(), input.database_name, input.table_name,
                                               input.partition_value_list, std::move(*partition));
        if (!done) co_return refuse(done.error());
        co_return UpdatePartitionResponse{};
    }

    io::Task<Answer<BatchUpdatePartitionResponse>> update_many(Caller caller,
                                                               BatchUpdatePartitionRequest input) {
        auto table = co_await catalog_.table(caller.home(), input.database_name, input.table_name);
        if (!table) co_return refuse(table.error());
        BatchUpdatePartitionResponse out;
        out.errors.emplace();
        for (const BatchUpdatePartitionRequestEntry& one : input.entries) {
            auto partition = partition_of(one.partition_input, one.partition_value_list);
            if (!partition) {
                Fault& fault = partition.error();
                out.errors->push_back(
                    {one.partition_value_list,
                     ErrorDetail{std::move(fault.code), std::move(fault.message)}});
                continue;
            }
            auto done = co_await catalog_.update_partition(
                caller.home(), input.database_name, input.table_name, one.partition_value_list,
                std::move(*partition));
            if (!done) out.errors->push_back({one.partition_value_list, detail_of(done.error())});
        }
        co_return out;
    }

    io::Task<Answer<DeletePartitionResponse>> remove(Caller caller, DeletePartitionRequest input) {
        auto done = co_await catalog_.drop_partition(caller.home(), input.database_name,
                                                     input.table_name, input.partition_values);
        if (!done) co_return refuse(done.error());
        co_return DeletePartitionResponse{};
    }

    io::Task<Answer<BatchDeletePartitionResponse>> remove_many(Caller caller,
                                                               BatchDeletePartitionRequest input) {
        BatchDeletePartitionResponse out;
        out.errors.emplace();
        for (const PartitionValueList& one : input.partitions_to_delete) {
            auto done = co_await catalog_.drop_partition(caller.home(), input.database_name,
                                                         input.table_name, one.values);
            if (!done) out.errors->push_back({one.values, detail_of(done.error())});
        }
        co_return out;
    }

  private:
    catalog::Catalog& catalog_;
};

}  // namespace

void register_partitions(Router& router, catalog::Catalog& catalog) {
    io::Core& home = catalog.home();
    auto h = std::make_shared<Handlers>(catalog);
    on<CreatePartitionOp>(router, home, h, &Handlers::create);
    on<BatchCreatePartitionOp>(router, home, h, &Handlers::create_many);
    on<GetPartitionOp>(router, home, h, &Handlers::get);
    on<BatchGetPartitionOp>(router, home, h, &Handlers::get_many);
    on<GetPartitionsOp>(router, home, h, &Handlers::list);
    on<UpdatePartitionOp>(router, home, h, &Handlers::update);
    on<BatchUpdatePartitionOp>(router, home, h, &Handlers::update_many);
    on<DeletePartitionOp>(router, home, h, &Handlers::remove);
    on<BatchDeletePartitionOp>(router, home, h, &Handlers::remove_many);
}

}  // namespace freshet::aws::glue_words
