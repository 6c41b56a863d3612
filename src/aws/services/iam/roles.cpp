// Roles: created, described, listed, deleted.
#include <fmt/format.h>

#include "aws/model/iam.h"
#include "aws/protocol/scalar.h"
#include "aws/services/iam/words.h"

namespace freshet::aws::iam_words {
namespace {

using namespace iam;

/// Policy documents travel percent-encoded (RFC 3986), as IAM's reference says.
Role role_output(const identity::Role& role) {
    Role out;
    out.path = role.path;
    out.role_name = role.key.name;
    out.role_id = role.id;
    out.arn = role_arn(role);
    out.create_date = role.created;
    out.assume_role_policy_document = percent_encode(role.trust_policy, false);
    out.description = role.description;
    out.max_session_duration = role.session_seconds_max;
    if (!role.tags.empty()) out.tags.emplace();
    for (const auto& [key, value] : role.tags) out.tags->push_back({key, value});
    return out;
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

  private:
    identity::Identities& identities_;
};

}  // namespace

void register_roles(Router& router, identity::Identities& identities) {
    auto h = std::make_shared<Handlers>(identities);
    io::Core& home = identities.home();
    on<CreateRoleOp>(router, home, h, &Handlers::create);
    on<GetRoleOp>(router, home, h, &Handlers::get);
    on<ListRolesOp>(router, home, h, &Handlers::list);
    on<DeleteRoleOp>(router, home, h, &Handlers::remove);
}

}  // namespace freshet::aws::iam_words
