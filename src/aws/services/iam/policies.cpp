// The policies of roles: written into them, or attached.
#include <fmt/format.h>

#include "aws/model/iam.h"
#include "aws/protocol/scalar.h"
#include "aws/services/iam/words.h"

namespace freshet::aws::iam_words {
namespace {

using namespace iam;

class Handlers {
  public:
    explicit Handlers(identity::Identities& identities) : identities_(identities) {}

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

}  // namespace

void register_policies(Router& router, identity::Identities& identities) {
    auto h = std::make_shared<Handlers>(identities);
    io::Core& home = identities.home();
    on<PutRolePolicyOp>(router, home, h, &Handlers::put_policy);
    on<GetRolePolicyOp>(router, home, h, &Handlers::get_policy);
    on<DeleteRolePolicyOp>(router, home, h, &Handlers::remove_policy);
    on<ListRolePoliciesOp>(router, home, h, &Handlers::list_policies);
    on<AttachRolePolicyOp>(router, home, h, &Handlers::attach);
    on<DetachRolePolicyOp>(router, home, h, &Handlers::detach);
    on<ListAttachedRolePoliciesOp>(router, home, h, &Handlers::list_attached);
}

}  // namespace freshet::aws::iam_words
