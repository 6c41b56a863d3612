// Databases, and what all of the Glue rim shares.
#include "aws/services/glue.h"

#include <fmt/format.h>

#include "aws/services/glue_words.h"

namespace freshet::aws {
namespace glue_words {

using namespace glue;

namespace {

constexpr std::size_t databases_default = 100;

Fault fault_of(const freshet::Error& error) {
    if (!error.is_of<catalog::Errc>()) return {"InternalServiceException", error.message(), 500};
    switch (error.as<catalog::Errc>()) {
        case catalog::Errc::not_found:
            return {"EntityNotFoundException", error.message()};
        case catalog::Errc::exists:
            return {"AlreadyExistsException", error.message()};
        case catalog::Errc::invalid:
            return {"InvalidInputException", error.message()};
        case catalog::Errc::wrong_version:
            return {"ConcurrentModificationException", error.message()};
    }
    return {"InternalServiceException", error.message(), 500};
}

catalog::Database database_of(const DatabaseInput& in) {
    return {in.name,
            in.description.value_or(""),
            in.location_uri.value_or(""),
            properties_of(in.parameters),
            {}};
}

Database database_output(const Caller& caller, const catalog::Database& database) {
    Database out;
    out.name = database.name;
    if (!database.description.empty()) out.description = database.description;
    if (!database.location.empty()) out.location_uri = database.location;
    out.parameters = pairs_of(database.parameters);
    out.create_time = database.created;
    out.catalog_id = caller.account();
    return out;
}

class Handlers {
  public:
    explicit Handlers(catalog::Catalog& catalog) : catalog_(catalog) {}

    io::Task<Answer<CreateDatabaseResponse>> create(Caller caller, CreateDatabaseRequest input) {
        auto done =
            co_await catalog_.create_database(home_of(caller), database_of(input.database_input));
        if (!done) co_return refuse(done.error());
        co_return CreateDatabaseResponse{};
    }
    io::Task<Answer<GetDatabaseResponse>> get(Caller caller, GetDatabaseRequest input) {
        auto found = co_await catalog_.database(home_of(caller), input.name);
        if (!found) co_return refuse(found.error());
        GetDatabaseResponse out;
        out.database = database_output(caller, *found);
        co_return out;
    }
    io::Task<Answer<GetDatabasesResponse>> list(Caller caller, GetDatabasesRequest input) {
        auto found = co_await catalog_.databases(home_of(caller));
        if (!found) co_return refuse(found.error());
        auto next =
            cut_page(*found, input.next_token,
                     static_cast<std::size_t>(input.max_results.value_or(databases_default)));
        if (!next) co_return std::unexpected(std::move(next.error()));
        GetDatabasesResponse out;
        out.next_token = *next;
        for (const catalog::Database& database : *found)
            out.database_list.push_back(database_output(caller, database));
        co_return out;
    }
    io::Task<Answer<UpdateDatabaseResponse>> update(Caller caller, UpdateDatabaseRequest input) {
        auto done = co_await catalog_.update_database(home_of(caller), input.name,
                                                      database_of(input.database_input));
        if (!done) co_return refuse(done.error());
        co_return UpdateDatabaseResponse{};
    }
    io::Task<Answer<DeleteDatabaseResponse>> remove(Caller caller, DeleteDatabaseRequest input) {
        auto done = co_await catalog_.drop_database(home_of(caller), input.name);
        if (!done) co_return refuse(done.error());
        co_return DeleteDatabaseResponse{};
    }

  private:
    catalog::Catalog& catalog_;
};

}  // namespace

std::unexpected<Fault> refuse(const freshet::Error& error) {
    return std::unexpected(fault_of(error));
}
std::unexpected<Fault> refuse(const char* code, std::string message) {
    return std::unexpected(Fault{code, std::move(message)});
}

ErrorDetail detail_of(const freshet::Error& error) {
    Fault fault = fault_of(error);
    return {std::move(fault.code), std::move(fault.message)};
}

catalog::Properties properties_of(const std::optional<Pairs>& pairs) {
    return pairs ? catalog::Properties(pairs->begin(), pairs->end()) : catalog::Properties();
}

std::optional<Pairs> pairs_of(const catalog::Properties& properties) {
    if (properties.empty()) return std::nullopt;
    return Pairs(properties.begin(), properties.end());
}

std::vector<catalog::Column> columns_of(const std::optional<std::vector<Column>>& in) {
    std::vector<catalog::Column> columns;
    for (const Column& column : in.value_or(std::vector<Column>())) {
        columns.push_back({column.name, column.type.value_or(""), column.comment.value_or(""),
                           properties_of(column.parameters)});
    }
    return columns;
}

std::vector<Column> columns_output(const std::vector<catalog::Column>& columns) {
    std::vector<Column> out;
    for (const catalog::Column& column : columns) {
        Column& made = out.emplace_back();
        made.name = column.name;
        if (!column.type.empty()) made.type = column.type;
        if (!column.comment.empty()) made.comment = column.comment;
        made.parameters = pairs_of(column.parameters);
    }
    return out;
}

catalog::Storage storage_of(const StorageDescriptor& in) {
    catalog::Storage storage;
    storage.columns = columns_of(in.columns);
    storage.location = in.location.value_or("");
    storage.input_format = in.input_format.value_or("");
    storage.output_format = in.output_format.value_or("");
    storage.compressed = in.compressed.value_or(false);
    storage.buckets = in.number_of_buckets.value_or(0);
    if (in.serde_info) {
        storage.serde_name = in.serde_info->name.value_or("");
        storage.serde = in.serde_info->serialization_library.value_or("");
        storage.serde_parameters = properties_of(in.serde_info->parameters);
    }
    storage.bucket_columns = in.bucket_columns.value_or(std::vector<std::string>());
    for (const Order& order : in.sort_columns.value_or(std::vector<Order>()))
        storage.sort_columns.emplace_back(order.column, order.sort_order);
    storage.parameters = properties_of(in.parameters);
    storage.sub_directories = in.stored_as_sub_directories.value_or(false);
    return storage;
}

StorageDescriptor storage_output(const catalog::Storage& storage) {
    StorageDescriptor out;
    out.columns = columns_output(storage.columns);
    const auto text = [](const std::string& value) {
        return value.empty() ? std::nullopt : std::optional(value);
    };
    out.location = text(storage.location);
    out.input_format = text(storage.input_format);
    out.output_format = text(storage.output_format);
    out.compressed = storage.compressed;
    out.number_of_buckets = storage.buckets;
    out.serde_info.emplace();
    out.serde_info->name = text(storage.serde_name);
    out.serde_info->serialization_library = text(storage.serde);
    out.serde_info->parameters = pairs_of(storage.serde_parameters);
    out.bucket_columns = storage.bucket_columns;
    out.sort_columns.emplace();
    for (const auto& [column, order] : storage.sort_columns)
        out.sort_columns->push_back({column, order});
    out.parameters = pairs_of(storage.parameters);
    out.stored_as_sub_directories = storage.sub_directories;
    return out;
}

}  // namespace glue_words

void register_glue(Router& router, catalog::Catalog& catalog) {
    using namespace glue;
    io::Core& home = catalog.home();
    auto h = std::make_shared<glue_words::Handlers>(catalog);
    router.handle<CreateDatabaseOp>(home, [h](Caller c, CreateDatabaseRequest i) {
        return h->create(std::move(c), std::move(i));
    });
    router.handle<GetDatabaseOp>(
        home, [h](Caller c, GetDatabaseRequest i) { return h->get(std::move(c), std::move(i)); });
    router.handle<GetDatabasesOp>(
        home, [h](Caller c, GetDatabasesRequest i) { return h->list(std::move(c), std::move(i)); });
    router.handle<UpdateDatabaseOp>(home, [h](Caller c, UpdateDatabaseRequest i) {
        return h->update(std::move(c), std::move(i));
    });
    router.handle<DeleteDatabaseOp>(home, [h](Caller c, DeleteDatabaseRequest i) {
        return h->remove(std::move(c), std::move(i));
    });
    glue_words::register_tables(router, catalog);
    glue_words::register_partitions(router, catalog);
}

}  // namespace freshet::aws
