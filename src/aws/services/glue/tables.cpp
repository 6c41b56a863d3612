// Tables.
#include <re2/re2.h>

#include <algorithm>

#include "aws/services/glue/words.h"

namespace freshet::aws::glue_words {
namespace {

using namespace glue;

constexpr std::size_t tables_default = 100;

catalog::Table table_of(const std::string& database, const TableInput& in) {
    catalog::Table table;
    table.database = database;
    table.name = in.name;
    table.description = in.description.value_or("");
    table.owner = in.owner.value_or("");
    table.type = in.table_type.value_or("");
    table.retention = in.retention.value_or(0);
    if (in.storage_descriptor) table.storage = storage_of(*in.storage_descriptor);
    table.partition_keys = columns_of(in.partition_keys);
    table.view_original_text = in.view_original_text.value_or("");
    table.view_expanded_text = in.view_expanded_text.value_or("");
    table.parameters = properties_of(in.parameters);
    table.accessed = in.last_access_time;
    table.analyzed = in.last_analyzed_time;
    return table;
}

Table table_output(const Caller& caller, const catalog::Table& table) {
    const auto text = [](const std::string& value) {
        return value.empty() ? std::nullopt : std::optional(value);
    };
    Table out;
    out.name = table.name;
    out.database_name = table.database;
    out.description = text(table.description);
    out.owner = text(table.owner);
    out.create_time = table.created;
    out.update_time = table.updated;
    out.last_access_time = table.accessed;
    out.last_analyzed_time = table.analyzed;
    out.retention = table.retention;
    if (table.storage) out.storage_descriptor = storage_output(*table.storage);
    out.partition_keys = columns_output(table.partition_keys);
    out.view_original_text = text(table.view_original_text);
    out.view_expanded_text = text(table.view_expanded_text);
    out.table_type = text(table.type);
    out.parameters = pairs_of(table.parameters);
    out.created_by = root_arn(caller);
    out.is_registered_with_lake_formation = false;
    out.catalog_id = caller.account();
    out.version_id = std::to_string(table.version);
    return out;
}

/// What AttributesToGet asks for and no more.
Table attributes_output(const catalog::Table& table, const std::vector<std::string>& attributes) {
    Table out;
    out.name = table.name;
    out.database_name = table.database;
    if (std::ranges::find(attributes, "TABLE_TYPE") != attributes.end() && !table.type.empty())
        out.table_type = table.type;
    return out;
}

class Handlers {
  public:
    explicit Handlers(catalog::Catalog& catalog) : catalog_(catalog) {}

    io::Task<Answer<CreateTableResponse>> create(Caller caller, CreateTableRequest input) {
        if (!input.table_input)
            co_return refuse("InvalidInputException", "TableInput must be given");
        auto done = co_await catalog_.create_table(
            caller.home(), table_of(input.database_name, *input.table_input));
        if (!done) co_return refuse(done.error());
        co_return CreateTableResponse{};
    }
    io::Task<Answer<GetTableResponse>> get(Caller caller, GetTableRequest input) {
        auto found = co_await catalog_.table(caller.home(), input.database_name, input.name);
        if (!found) co_return refuse(found.error());
        GetTableResponse out;
        out.table = std::make_shared<Table>(table_output(caller, *found));
        co_return out;
    }
    io::Task<Answer<GetTablesResponse>> list(Caller caller, GetTablesRequest input) {
        if (auto good = check_attributes(input.attributes_to_get); !good) co_return pass(good);
        auto pattern = pattern_of(input.expression.value_or(".*"));
        if (!pattern) co_return pass(pattern);
        auto after = key_of(input.next_token);
        if (!after) co_return pass(after);
        auto found = co_await catalog_.tables_page(
            caller.home(), input.database_name, *after,
            static_cast<std::size_t>(input.max_results.value_or(tables_default)),
            [regex = *pattern](const catalog::Table& table) {
                return re2::RE2::FullMatch(table.name, *regex);
            });
        if (!found) co_return refuse(found.error());
        GetTablesResponse out;
        out.next_token = token_of(found->next);
        out.table_list.emplace();
        for (const catalog::Table& table : found->items)
            out.table_list->push_back(std::make_shared<Table>(
                input.attributes_to_get ? attributes_output(table, *input.attributes_to_get)
                                        : table_output(caller, table)));
        co_return out;
    }
    io::Task<Answer<UpdateTableResponse>> update(Caller caller, UpdateTableRequest input) {
        if (!input.table_input)
            co_return refuse("InvalidInputException", "TableInput must be given");
        std::optional<int> version;
        if (input.version_id)
            version = static_cast<int>(std::strtol(input.version_id->c_str(), nullptr, 10));
        auto done = co_await catalog_.update_table(
            caller.home(), table_of(input.database_name, *input.table_input), version);
        if (!done) co_return refuse(done.error());
        co_return UpdateTableResponse{};
    }
    io::Task<Answer<DeleteTableResponse>> remove(Caller caller, DeleteTableRequest input) {
        auto done = co_await catalog_.drop_table(caller.home(), input.database_name, input.name);
        if (!done) co_return refuse(done.error());
        co_return DeleteTableResponse{};
    }
    io::Task<Answer<BatchDeleteTableResponse>> remove_many(Caller caller,
                                                           BatchDeleteTableRequest input) {
        BatchDeleteTableResponse out;
        out.errors.emplace();
        for (const std::string& name : input.tables_to_delete) {
            auto done = co_await catalog_.drop_table(caller.home(), input.database_name, name);
            if (!done) out.errors->push_back({name, detail_of(done.error())});
        }
        co_return out;
    }

  private:
    catalog::Catalog& catalog_;
};

}  // namespace

void register_tables(Router& router, catalog::Catalog& catalog) {
    io::Core& home = catalog.home();
    auto h = std::make_shared<Handlers>(catalog);
    on<CreateTableOp>(router, home, h, &Handlers::create);
    on<GetTableOp>(router, home, h, &Handlers::get);
    on<GetTablesOp>(router, home, h, &Handlers::list);
    on<UpdateTableOp>(router, home, h, &Handlers::update);
    on<DeleteTableOp>(router, home, h, &Handlers::remove);
    on<BatchDeleteTableOp>(router, home, h, &Handlers::remove_many);
}

}  // namespace freshet::aws::glue_words
