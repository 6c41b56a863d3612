// Databases.
#include "aws/services/glue/words.h"

namespace freshet::aws::glue_words {
namespace {

using namespace glue;

constexpr std::size_t databases_default = 100;

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
    // Lake Formation's default, which is all that Freshet takes.
    PrincipalPermissions& everybody = out.create_table_default_permissions.emplace().emplace_back();
    everybody.principal.emplace().data_lake_principal_identifier = "IAM_ALLOWED_PRINCIPALS";
    everybody.permissions = std::vector<std::string>{"ALL"};
    out.catalog_id = caller.account();
    return out;
}

class Handlers {
  public:
    explicit Handlers(catalog::Catalog& catalog) : catalog_(catalog) {}

    io::Task<Answer<CreateDatabaseResponse>> create(Caller caller, CreateDatabaseRequest input) {
        auto done =
            co_await catalog_.create_database(caller.home(), database_of(input.database_input));
        if (!done) co_return refuse(done.error());
        co_return CreateDatabaseResponse{};
    }
    io::Task<Answer<GetDatabaseResponse>> get(Caller caller, GetDatabaseRequest input) {
        auto found = co_await catalog_.database(caller.home(), input.name);
        if (!found) co_return refuse(found.error());
        GetDatabaseResponse out;
        out.database = database_output(caller, *found);
        co_return out;
    }
    io::Task<Answer<GetDatabasesResponse>> list(Caller caller, GetDatabasesRequest input) {
        if (auto good = check_attributes(input.attributes_to_get); !good) co_return pass(good);
        auto after = key_of(input.next_token);
        if (!after) co_return pass(after);
        auto found = co_await catalog_.databases_page(
            caller.home(), *after,
            static_cast<std::size_t>(input.max_results.value_or(databases_default)));
        if (!found) co_return refuse(found.error());
        GetDatabasesResponse out;
        out.next_token = token_of(found->next);
        for (const catalog::Database& database : found->items) {
            if (!input.attributes_to_get) {
                out.database_list.push_back(database_output(caller, database));
                continue;
            }
            out.database_list.emplace_back().name = database.name;
        }
        co_return out;
    }
    io::Task<Answer<UpdateDatabaseResponse>> update(Caller caller, UpdateDatabaseRequest input) {
        auto done = co_await catalog_.update_database(caller.home(), input.name,
                                                      database_of(input.database_input));
        if (!done) co_return refuse(done.error());
        co_return UpdateDatabaseResponse{};
    }
    io::Task<Answer<DeleteDatabaseResponse>> remove(Caller caller, DeleteDatabaseRequest input) {
        auto done = co_await catalog_.drop_database(caller.home(), input.name);
        if (!done) co_return refuse(done.error());
        co_return DeleteDatabaseResponse{};
    }

  private:
    catalog::Catalog& catalog_;
};

}  // namespace

void register_databases(Router& router, catalog::Catalog& catalog) {
    io::Core& home = catalog.home();
    auto h = std::make_shared<Handlers>(catalog);
    on<CreateDatabaseOp>(router, home, h, &Handlers::create);
    on<GetDatabaseOp>(router, home, h, &Handlers::get);
    on<GetDatabasesOp>(router, home, h, &Handlers::list);
    on<UpdateDatabaseOp>(router, home, h, &Handlers::update);
    on<DeleteDatabaseOp>(router, home, h, &Handlers::remove);
}

}  // namespace freshet::aws::glue_words
