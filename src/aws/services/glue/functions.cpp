// User-defined functions: kept for the engines that share the catalog.
#include <re2/re2.h>

#include "aws/services/glue/words.h"

namespace freshet::aws::glue_words {
namespace {

using namespace glue;

constexpr std::size_t functions_default = 100;

Answer<catalog::Function> function_of(const std::string& database,
                                      const UserDefinedFunctionInput& in) {
    if (!in.function_name) return refuse("InvalidInputException", "FunctionName must be given");
    catalog::Function function;
    function.database = database;
    function.name = *in.function_name;
    function.class_name = in.class_name.value_or("");
    function.owner = in.owner_name.value_or("");
    function.owner_type = in.owner_type.value_or("");
    function.type = in.function_type.value_or("");
    for (const ResourceUri& one : in.resource_uris.value_or(std::vector<ResourceUri>()))
        function.resources.emplace_back(one.resource_type.value_or(""), one.uri.value_or(""));
    return function;
}

UserDefinedFunction function_output(const Caller& caller, const catalog::Function& function) {
    const auto text = [](const std::string& value) {
        return value.empty() ? std::nullopt : std::optional(value);
    };
    UserDefinedFunction out;
    out.function_name = function.name;
    out.database_name = function.database;
    out.class_name = text(function.class_name);
    out.owner_name = text(function.owner);
    out.owner_type = text(function.owner_type);
    out.function_type = text(function.type);
    out.create_time = function.created;
    out.resource_uris.emplace();
    for (const auto& [type, uri] : function.resources) {
        ResourceUri& one = out.resource_uris->emplace_back();
        one.resource_type = text(type);
        one.uri = text(uri);
    }
    out.catalog_id = caller.account();
    return out;
}

/// (database, name) of a page's last function.
std::pair<std::string, std::string> place_of(const std::string& key) {
    const std::size_t end = key.find('\x1f');
    if (end == std::string::npos || !key.ends_with('\x1f')) return {key, ""};
    return {key.substr(0, end), key.substr(end + 1, key.size() - end - 2)};
}

class Handlers {
  public:
    explicit Handlers(catalog::Catalog& catalog) : catalog_(catalog) {}

    io::Task<Answer<CreateUserDefinedFunctionResponse>> create(
        Caller caller, CreateUserDefinedFunctionRequest input) {
        auto function = function_of(input.database_name, input.function_input);
        if (!function) co_return pass(function);
        auto done = co_await catalog_.create_function(caller.home(), std::move(*function));
        if (!done) co_return refuse(done.error());
        co_return CreateUserDefinedFunctionResponse{};
    }
    io::Task<Answer<GetUserDefinedFunctionResponse>> get(Caller caller,
                                                         GetUserDefinedFunctionRequest input) {
        auto found =
            co_await catalog_.function(caller.home(), input.database_name, input.function_name);
        if (!found) co_return refuse(found.error());
        GetUserDefinedFunctionResponse out;
        out.user_defined_function = function_output(caller, *found);
        co_return out;
    }
    io::Task<Answer<GetUserDefinedFunctionsResponse>> list(Caller caller,
                                                           GetUserDefinedFunctionsRequest input) {
        auto pattern = pattern_of(input.pattern);
        if (!pattern) co_return pass(pattern);
        auto after = key_of(input.next_token);
        if (!after) co_return pass(after);
        auto found = co_await catalog_.functions_page(
            caller.home(), input.database_name.value_or(""), place_of(*after),
            static_cast<std::size_t>(input.max_results.value_or(functions_default)),
            [regex = *pattern, type = input.function_type](const catalog::Function& function) {
                return (!type || function.type == *type) &&
                       re2::RE2::FullMatch(function.name, *regex);
            });
        if (!found) co_return refuse(found.error());
        GetUserDefinedFunctionsResponse out;
        out.next_token = token_of(found->next);
        out.user_defined_functions.emplace();
        for (const catalog::Function& function : found->items)
            out.user_defined_functions->push_back(function_output(caller, function));
        co_return out;
    }
    io::Task<Answer<UpdateUserDefinedFunctionResponse>> update(
        Caller caller, UpdateUserDefinedFunctionRequest input) {
        if (!input.function_input.function_name)
            input.function_input.function_name = input.function_name;
        auto function = function_of(input.database_name, input.function_input);
        if (!function) co_return pass(function);
        auto done = co_await catalog_.update_function(caller.home(), input.function_name,
                                                      std::move(*function));
        if (!done) co_return refuse(done.error());
        co_return UpdateUserDefinedFunctionResponse{};
    }
    io::Task<Answer<DeleteUserDefinedFunctionResponse>> remove(
        Caller caller, DeleteUserDefinedFunctionRequest input) {
        auto done = co_await catalog_.drop_function(caller.home(), input.database_name,
                                                    input.function_name);
        if (!done) co_return refuse(done.error());
        co_return DeleteUserDefinedFunctionResponse{};
    }

  private:
    catalog::Catalog& catalog_;
};

}  // namespace

void register_functions(Router& router, catalog::Catalog& catalog) {
    io::Core& home = catalog.home();
    auto h = std::make_shared<Handlers>(catalog);
    on<CreateUserDefinedFunctionOp>(router, home, h, &Handlers::create);
    on<GetUserDefinedFunctionOp>(router, home, h, &Handlers::get);
    on<GetUserDefinedFunctionsOp>(router, home, h, &Handlers::list);
    on<UpdateUserDefinedFunctionOp>(router, home, h, &Handlers::update);
    on<DeleteUserDefinedFunctionOp>(router, home, h, &Handlers::remove);
}

}  // namespace freshet::aws::glue_words
