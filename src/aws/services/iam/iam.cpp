#include "aws/services/iam/iam.h"

#include <fmt/format.h>

#include "aws/http/rim.h"
#include "aws/model/iam.h"
#include "aws/protocol/page_token.h"
#include "aws/protocol/policy.h"
#include "aws/protocol/scalar.h"

namespace freshet::aws {
namespace {

using namespace iam;

constexpr int items_default = 100;

std::unexpected<Fault> refuse(const Error& error) {
    if (!error.is_of<identity::Errc>())
        return std::unexpected(Fault{"ServiceFailure", error.message(), 500});
    switch (error.as<identity::Errc>()) {
        case identity::Errc::not_found:
            return std::unexpected(Fault{"NoSuchEntity", error.message(), 404});
        case identity::Errc::exists:
            return std::unexpected(Fault{"EntityAlreadyExists", error.message(), 409});
        case identity::Errc::in_use:
            return std::unexpected(Fault{"DeleteConflict", error.message(), 409});
        case identity::Errc::limit:
            return std::unexpected(Fault{"LimitExceeded", error.message(), 409});
    }
    return std::unexpected(Fault{"ServiceFailure", error.message(), 500});
}

Answer<void> check_policy(const std::string& document) {
    std::string fault = policy_fault(document);
    if (fault.empty()) return {};
    return std::unexpected(Fault{"MalformedPolicyDocument", std::move(fault), 400});
}

/// Policy documents travel percent-encoded (RFC 3986), as IAM's reference says.
Role role_output(const identity::Role& role) {
    Role out;
    out.path = role.path;
    out.role_name = role.key.name;
    out.role_id = role.id;
    out.arn = fmt::format("arn:aws:iam::{}:role{}{}", role.key.account, role.path, role.key.name);
    out.create_date = role.created;
    out.assume_role_policy_document = percent_encode(role.trust_policy, false);
    out.description = role.description;
    out.max_session_duration = role.session_seconds_max;
    if (!role.tags.empty()) out.tags.emplace();
    for (const auto& [key, value] : role.tags) out.tags->push_back({key, value});
    return out;
}

/// Cuts a listing at `marker` and `max_items`.
template <class Input, class Output, class Item>
Answer<void> page(const Input& input, Output& out, std::vector<Item> all, std::vector<Item>& into,
                  const auto& name_of) {
    auto next =
        cut_page(all, input.marker,
                 static_cast<std::size_t>(input.max_items.value_or(items_default)), name_of);
    if (!next)
        return std::unexpected(
            Fault{"ValidationError", fmt::format("Invalid Marker: {}", *input.marker), 400});
    out.is_truncated = next->has_value();
    out.marker = std::move(*next);
    into = std::move(all);
    return {};
}

class Handlers {
  public:
    explicit Handlers(identity::Identities& identities) : identities_(identities) {}

    io::Task<Answer<CreateRoleResponse>> create(Caller caller, CreateRoleRequest input) {
        if (auto good = check_policy(input.assume_role_policy_document); !good)
            co_return pass(good);
        identity::Role role;
        role.key = {caller.account(), input.role_name};
        role.path = input.path.value_or("/");
        role.trust_policy = input.assume_role_policy_document;
        role.description = input.description;
        role.session_seconds_max = input.max_session_duration.value_or(3600);
        for (const Tag& tag : input.tags.value_or(std::vector<Tag>()))
            role.tags[tag.key] = tag.value;
        auto made = co_await identities_.create(std::move(role));
        if (!made) co_return refuse(made.error());
        co_return CreateRoleResponse{role_output(*made)};
    }

    io::Task<Answer<GetRoleResponse>> get(Caller caller, GetRoleRequest input) {
        auto role = identities_.find({caller.account(), input.role_name});
        if (!role) co_return refuse(role.error());
        co_return GetRoleResponse{role_output(*role)};
    }

    io::Task<Answer<ListRolesResponse>> list(Caller caller, ListRolesRequest input) {
        std::vector<Role> all;
        for (const identity::Role& role : identities_.list(caller.account())) {
            if (role.path.starts_with(input.path_prefix.value_or("/")))
                all.push_back(role_output(role));
        }
        ListRolesResponse out;
        if (auto cut = page(input, out, std::move(all), out.roles,
                            [](const Role& role) { return role.role_name; });
            !cut)
            co_return pass(cut);
        co_return out;
    }

    io::Task<Answer<DeleteRoleOp::Output>> remove(Caller caller, DeleteRoleRequest input) {
        auto done = co_await identities_.remove({caller.account(), input.role_name});
        if (!done) co_return refuse(done.error());
        co_return DeleteRoleOp::Output{};
    }

    io::Task<Answer<PutRolePolicyOp::Output>> put_policy(Caller caller,
                                                         PutRolePolicyRequest input) {
        if (auto good = check_policy(input.policy_document); !good) co_return pass(good);
        auto done = co_await identities_.put_policy({caller.account(), input.role_name},
                                                    input.policy_name, input.policy_document);
        if (!done) co_return refuse(done.error());
        co_return PutRolePolicyOp::Output{};
    }

    io::Task<Answer<GetRolePolicyResponse>> get_policy(Caller caller, GetRolePolicyRequest input) {
        auto role = identities_.find({caller.account(), input.role_name});
        if (!role) co_return refuse(role.error());
        const auto found = role->policies.find(input.policy_name);
        if (found == role->policies.end()) {
            co_return refuse(Error(
                identity::Errc::not_found,
                fmt::format("The role policy with name {} cannot be found.", input.policy_name)));
        }
        co_return GetRolePolicyResponse{input.role_name, input.policy_name,
                                        percent_encode(found->second, false)};
    }

    io::Task<Answer<DeleteRolePolicyOp::Output>> remove_policy(Caller caller,
                                                               DeleteRolePolicyRequest input) {
        auto done = co_await identities_.remove_policy({caller.account(), input.role_name},
                                                       input.policy_name);
        if (!done) co_return refuse(done.error());
        co_return DeleteRolePolicyOp::Output{};
    }

    io::Task<Answer<ListRolePoliciesResponse>> list_policies(Caller caller,
                                                             ListRolePoliciesRequest input) {
        auto role = identities_.find({caller.account(), input.role_name});
        if (!role) co_return refuse(role.error());
        std::vector<std::string> all;
        for (const auto& [name, document] : role->policies) all.push_back(name);
        ListRolePoliciesResponse out;
        if (auto cut = page(input, out, std::move(all), out.policy_names,
                            [](const std::string& name) { return name; });
            !cut)
            co_return pass(cut);
        co_return out;
    }

    io::Task<Answer<AttachRolePolicyOp::Output>> attach(Caller caller,
                                                        AttachRolePolicyRequest input) {
        auto done =
            co_await identities_.attach({caller.account(), input.role_name}, input.policy_arn);
        if (!done) co_return refuse(done.error());
        co_return AttachRolePolicyOp::Output{};
    }

    io::Task<Answer<DetachRolePolicyOp::Output>> detach(Caller caller,
                                                        DetachRolePolicyRequest input) {
        auto done =
            co_await identities_.detach({caller.account(), input.role_name}, input.policy_arn);
        if (!done) co_return refuse(done.error());
        co_return DetachRolePolicyOp::Output{};
    }

    io::Task<Answer<ListAttachedRolePoliciesResponse>> list_attached(
        Caller caller, ListAttachedRolePoliciesRequest input) {
        auto role = identities_.find({caller.account(), input.role_name});
        if (!role) co_return refuse(role.error());
        std::vector<AttachedPolicy> all;
        for (const std::string& arn : role->attached)
            all.push_back({arn.substr(arn.rfind('/') + 1), arn});
        ListAttachedRolePoliciesResponse out;
        if (auto cut = page(input, out, std::move(all), out.attached_policies.emplace(),
                            [](const AttachedPolicy& policy) { return *policy.policy_arn; });
            !cut)
            co_return pass(cut);
        co_return out;
    }

  private:
    identity::Identities& identities_;
};

class IamRim final : public ServiceRim {
  public:
    IamRim() : ServiceRim(iam::service_info()) {}

    /// Forms that are signed for nobody.
    Claim claim(const Unnamed& request) const override {
        return request.by == Unnamed::By::action ? Claim::fallback : Claim::none;
    }
    const char* violation_code() const override { return "ValidationError"; }
};

}  // namespace

void register_iam(Router& router, identity::Identities& identities) {
    router.add_service(std::make_unique<IamRim>());
    io::Core& home = identities.home();
    auto h = std::make_shared<Handlers>(identities);
    on<CreateRoleOp>(router, home, h, &Handlers::create);
    on<GetRoleOp>(router, home, h, &Handlers::get);
    on<ListRolesOp>(router, home, h, &Handlers::list);
    on<DeleteRoleOp>(router, home, h, &Handlers::remove);
    on<PutRolePolicyOp>(router, home, h, &Handlers::put_policy);
    on<GetRolePolicyOp>(router, home, h, &Handlers::get_policy);
    on<DeleteRolePolicyOp>(router, home, h, &Handlers::remove_policy);
    on<ListRolePoliciesOp>(router, home, h, &Handlers::list_policies);
    on<AttachRolePolicyOp>(router, home, h, &Handlers::attach);
    on<DetachRolePolicyOp>(router, home, h, &Handlers::detach);
    on<ListAttachedRolePoliciesOp>(router, home, h, &Handlers::list_attached);
}

}  // namespace freshet::aws
