// AddPermission, RemovePermission, GetPolicy: a function's resource policy and its JSON.
#include <fmt/format.h>

#include "aws/protocol/json/json.h"
#include "aws/services/lambda/words.h"

namespace freshet::aws::lambda_words {
namespace {

using namespace lambda;
using functions::Conditions;
using functions::Statement;

std::string json_text(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

using Condition = std::pair<const char*, const std::optional<std::string>*>;

/// The conditions of one operator, {"KEY":"VALUE",...}; "" when none is given.
std::string conditions_json(std::initializer_list<Condition> all) {
    std::string out;
    for (const auto& [name, value] : all)
        if (*value)
            out += fmt::format("{}\"{}\":{}", out.empty() ? "" : ",", name, json_text(**value));
    return out.empty() ? out : "{" + out + "}";
}

std::string principal_json(const Statement& statement) {
    if (statement.principal == "*") return R"("*")";
    return fmt::format(R"({{"{}":{}}})",
                       functions::is_service(statement.principal) ? "Service" : "AWS",
                       json_text(statement.principal));
}

std::string statement_json(const Statement& statement, const std::string& resource) {
    const Conditions& wanted = statement.conditions;
    const std::pair<const char*, std::string> operators[] = {
        {"StringEquals", conditions_json({{"AWS:SourceAccount", &wanted.source_account},
                                          {"lambda:FunctionUrlAuthType", &wanted.url_auth},
                                          {"lambda:EventSourceToken", &wanted.token},
                                          {"aws:PrincipalOrgID", &wanted.organization}})},
        {"ArnLike", conditions_json({{"AWS:SourceArn", &wanted.source_arn}})},
        {"Bool", conditions_json({{"lambda:InvokedViaFunctionUrl", &wanted.via_url}})}};
    std::string condition;
    for (const auto& [name, json] : operators)
        if (!json.empty())
            condition += fmt::format("{}\"{}\":{}", condition.empty() ? "" : ",", name, json);
    return fmt::format(
        R"({{"Sid":{},"Effect":"Allow","Principal":{},"Action":{},"Resource":{}{}}})",
        json_text(statement.id), principal_json(statement), json_text(statement.action),
        json_text(resource),
        condition.empty() ? "" : fmt::format(R"(,"Condition":{{{}}})", condition));
}

/// "*", a service, an ARN of IAM or STS, or an account, which becomes its ARN.
Answer<std::string> principal_of(const std::string& given) {
    const bool is_account =
        given.size() == 12 && given.find_first_not_of("0123456789") == std::string::npos;
    if (is_account) return account_arn(given);
    if (given == "*" || functions::is_service(given) || is_identity_arn(given)) return given;
    return refuse("InvalidParameterValueException",
                  "The provided principal was invalid. Please check the principal and try again.");
}

class Policies {
  public:
    explicit Policies(functions::Functions& functions) : functions_(functions) {}

    io::Task<Answer<AddPermissionResponse>> add(Caller caller, AddPermissionRequest request) {
        auto ref = ref_of(caller, request.function_name, request.qualifier);
        if (!ref) co_return pass(ref);
        if (ref->qualifier == latest)
            co_return refuse("InvalidParameterValueException",
                             "We currently do not support adding policies for $LATEST.");
        auto principal = principal_of(request.principal);
        if (!principal) co_return pass(principal);
        if (!is_there(functions_, *ref)) co_return std::unexpected(missing(*ref));
        Statement statement{request.statement_id, std::move(*principal), request.action, {}};
        statement.conditions = {request.source_account,     request.source_arn,
                                request.principal_org_id,   request.function_url_auth_type,
                                request.event_source_token, std::nullopt};
        if (request.invoked_via_function_url)
            statement.conditions.via_url = *request.invoked_via_function_url ? "true" : "false";
        const std::string json = statement_json(statement, arn_of(ref->key));
        auto added = co_await functions_.add_statement(ref->key, std::move(statement),
                                                       request.revision_id.value_or(""));
        if (!added) co_return refuse(added.error());
        co_return AddPermissionResponse{json};
    }

    io::Task<Answer<RemovePermissionOp::Output>> remove(Caller caller,
                                                        RemovePermissionRequest request) {
        auto ref = ref_of(caller, request.function_name, request.qualifier);
        if (!ref) co_return pass(ref);
        if (!ref->qualifier.empty() && functions_.find(ref->key)) {
            if (ref->qualifier == latest)
                co_return refuse("ResourceNotFoundException",
                                 "No policy is associated with the given resource.");
            co_return std::unexpected(missing(*ref));
        }
        auto removed = co_await functions_.remove_statement(ref->key, request.statement_id,
                                                            request.revision_id.value_or(""));
        if (!removed) co_return refuse(removed.error());
        co_return RemovePermissionOp::Output();
    }

    io::Task<Answer<GetPolicyResponse>> get(Caller caller, GetPolicyRequest request) {
        auto ref = ref_of(caller, request.function_name, request.qualifier);
        if (!ref) co_return pass(ref);
        auto found = functions_.find(ref->key);
        if (!found || !ref->qualifier.empty() || found->policy.empty())
            co_return refuse("ResourceNotFoundException",
                             "The resource you requested does not exist.");
        std::string statements;
        for (const Statement& statement : found->policy)
            statements +=
                (statements.empty() ? "" : ",") + statement_json(statement, arn_of(ref->key));
        GetPolicyResponse out;
        out.policy = fmt::format(R"({{"Version":"2012-10-17","Id":"default","Statement":[{}]}})",
                                 statements);
        out.revision_id = found->revision;
        co_return out;
    }

  private:
    /// A function without that version or alias, or no function.
    Fault missing(const FunctionRef& ref) const {
        const bool may_be_alias = ref.qualifier.find('$') == std::string::npos;
        if (ref.qualifier.empty() || !functions_.find(ref.key)) return not_found(arn_of(ref.key));
        if (is_version(ref.qualifier) || !may_be_alias) return not_found(ref.arn());
        return {"ResourceNotFoundException", "Cannot find alias arn: " + ref.arn()};
    }

    functions::Functions& functions_;
};

}  // namespace

void register_policies(Router& router, functions::Functions& functions) {
    auto handlers = std::make_shared<Policies>(functions);
    io::Core& home = functions.home();
    on<AddPermissionOp>(router, home, handlers, &Policies::add);
    on<RemovePermissionOp>(router, home, handlers, &Policies::remove);
    on<GetPolicyOp>(router, home, handlers, &Policies::get);
}

}  // namespace freshet::aws::lambda_words
