// Roles with inline policies and attached ones.
#include "aws/model/iam.h"
#include "aws/protocol/policy.h"
#include "aws/protocol/scalar.h"
#include "pipeline/resource.h"

namespace freshet::pipeline {
namespace {

using namespace aws::iam;

const std::string policy_mark = "policy:", attached_mark = "attached:";

class RoleResource final : public Resource {
  public:
    RoleResource(std::string name, Section& section, const Surroundings& surroundings)
        : name_(std::move(name)) {
        wanted_["trust_policy"] = surroundings.long_text(section, "roles." + name_, "trust_policy");
        if (const std::string fault = aws::policy_fault(wanted_["trust_policy"]);
            !fault.empty() && !surroundings.destroys)
            section.wrong("trust_policy", fault);
        wanted_["description"] = section.text("description", "");
        wanted_["path"] = section.text("path", "/");
        for (auto& [policy, document] : section.pairs("policies"))
            wanted_[policy_mark + policy] = document;
        for (auto& arn : section.texts("attached")) wanted_[attached_mark + arn] = "attached";
    }

    Fields wanted() const override { return wanted_; }
    bool can_change(const std::string& field) const override {
        return field.starts_with(policy_mark) || field.starts_with(attached_mark);
    }

    io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) override {
        auto found = co_await calls.call<GetRoleOp>({.role_name = name_});
        if (!found && is_absent(found.error())) co_return std::nullopt;
        if (!found) co_return pass(found);
        Fields is;
        const Role& role = found->role;
        is["trust_policy"] =
            aws::percent_decode(role.assume_role_policy_document.value_or(""), false);
        is["description"] = role.description.value_or("");
        is["path"] = role.path;
        auto policies = co_await calls.call<ListRolePoliciesOp>({.role_name = name_});
        if (!policies) co_return pass(policies);
        for (const std::string& policy : policies->policy_names) {
            auto one =
                co_await calls.call<GetRolePolicyOp>({.role_name = name_, .policy_name = policy});
            if (!one) co_return pass(one);
            is[policy_mark + policy] = aws::percent_decode(one->policy_document, false);
        }
        auto attached = co_await calls.call<ListAttachedRolePoliciesOp>({.role_name = name_});
        if (!attached) co_return pass(attached);
        for (const auto& policy :
             attached->attached_policies.value_or(std::vector<AttachedPolicy>()))
            is[attached_mark + policy.policy_arn.value_or("")] = "attached";
        co_return is;
    }

    io::Task<aws::Answer<void>> create(Calls& calls) override {
        CreateRoleRequest request;
        request.role_name = name_;
        request.path = wanted_.at("path");
        request.assume_role_policy_document = wanted_.at("trust_policy");
        if (!wanted_.at("description").empty()) request.description = wanted_.at("description");
        auto made = co_await calls.run<CreateRoleOp>(std::move(request));
        if (!made) co_return made;
        std::set<std::string> all;
        for (const auto& [field, text] : wanted_) all.insert(field);
        auto changed = co_await change(calls, std::move(all));
        co_return changed;
    }

    io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string> differing) override {
        for (const std::string& field : differing) {
            const bool is_policy = field.starts_with(policy_mark);
            if (!can_change(field)) continue;
            const std::string named =
                field.substr(is_policy ? policy_mark.size() : attached_mark.size());
            const bool stays = wanted_.contains(field);
            aws::Answer<void> done;
            if (is_policy && stays)
                done = co_await calls.run<PutRolePolicyOp>({name_, named, wanted_.at(field)});
            else if (is_policy)
                done = co_await calls.run<DeleteRolePolicyOp>({name_, named});
            else if (stays)
                done = co_await calls.run<AttachRolePolicyOp>({name_, named});
            else
                done = co_await calls.run<DetachRolePolicyOp>({name_, named});
            if (!done) co_return done;
        }
        co_return aws::Answer<void>();
    }

    io::Task<aws::Answer<void>> remove(Calls& calls) override {
        for (const auto& [field, text] : wanted_) {
            aws::Answer<void> done;
            if (field.starts_with(policy_mark))
                done = co_await calls.run<DeleteRolePolicyOp>(
                    {name_, field.substr(policy_mark.size())});
            else if (field.starts_with(attached_mark))
                done = co_await calls.run<DetachRolePolicyOp>(
                    {name_, field.substr(attached_mark.size())});
            if (!done && !is_absent(done.error())) co_return done;
        }
        auto removed = co_await calls.run<DeleteRoleOp>({name_});
        co_return removed;
    }

  private:
    std::string name_;
    Fields wanted_;
};

}  // namespace

std::unique_ptr<Resource> read_role(std::string name, Section& section,
                                    const Surroundings& surroundings) {
    return std::make_unique<RoleResource>(std::move(name), section, surroundings);
}

}  // namespace freshet::pipeline
