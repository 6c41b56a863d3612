#include "identity/identity.h"

#include <fmt/format.h>

#include <random>

#include "identity/store.h"

namespace freshet {
const ErrorDomain& ErrorTraits<identity::Errc>::domain() {
    static const ErrorDomain domain{"identity"};
    return domain;
}
}  // namespace freshet

namespace freshet::identity {
namespace {

/// "AROA" and sixteen letters and digits, as AWS's role ids look.
std::string new_role_id() {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::random_device random;
    std::string id = "AROA";
    while (id.size() < 20) id += letters[random() % letters.size()];
    return id;
}

}  // namespace

Result<> Identities::load() {
    return database_.read_now([&](const meta::Connection& connection) -> Result<> {
        auto roles = store::load(connection);
        if (!roles) return pass(roles);
        for (Role& role : *roles) roles_.emplace(role.key, std::move(role));
        return {};
    });
}

io::Task<Result<>> Identities::save(Role role) {
    auto saved =
        co_await database_.write([&role](meta::Txn& txn) { return store::put(txn, role); });
    if (saved) roles_[role.key] = std::move(role);
    co_return saved;
}

Result<Role> Identities::find(const RoleKey& key) const {
    const auto found = roles_.find(key);
    if (found == roles_.end())
        return fail(Errc::not_found,
                    fmt::format("The role with name {} cannot be found.", key.name));
    return found->second;
}

std::vector<Role> Identities::list(const std::string& account) const {
    std::vector<Role> found;
    for (const auto& [key, role] : roles_) {
        if (key.account == account) found.push_back(role);
    }
    return found;
}

io::Task<Result<Role>> Identities::create(Role role) {
    auto turn = co_await changing_.take();
    if (roles_.contains(role.key))
        co_return fail(Errc::exists,
                       fmt::format("Role with name {} already exists.", role.key.name));
    if (role.tags.size() > tags_max)
        co_return fail(Errc::limit,
                       fmt::format("Cannot exceed quota for TagsPerRole: {}", tags_max));
    role.id = new_role_id();
    role.created = home_.now();
    auto saved = co_await save(role);
    if (!saved) co_return pass(saved);
    co_return role;
}

io::Task<Result<>> Identities::remove(RoleKey key) {
    auto turn = co_await changing_.take();
    auto role = find(key);
    if (!role) co_return pass(role);
    if (!role->policies.empty())
        co_return fail(Errc::in_use, "Cannot delete entity, must delete policies first.");
    if (!role->attached.empty())
        co_return fail(Errc::in_use, "Cannot delete entity, must detach all policies first.");
    auto removed =
        co_await database_.write([&key](meta::Txn& txn) { return store::remove(txn, key); });
    if (removed) roles_.erase(key);
    co_return removed;
}

io::Task<Result<>> Identities::put_policy(RoleKey key, std::string name, std::string document) {
    auto turn = co_await changing_.take();
    auto role = find(key);
    if (!role) co_return pass(role);
    role->policies[name] = std::move(document);
    auto saved = co_await save(std::move(*role));
    co_return saved;
}

io::Task<Result<>> Identities::remove_policy(RoleKey key, std::string name) {
    auto turn = co_await changing_.take();
    auto role = find(key);
    if (!role) co_return pass(role);
    if (!role->policies.erase(name))
        co_return fail(Errc::not_found,
                       fmt::format("The role policy with name {} cannot be found.", name));
    auto saved = co_await save(std::move(*role));
    co_return saved;
}

io::Task<Result<>> Identities::attach(RoleKey key, std::string arn) {
    auto turn = co_await changing_.take();
    auto role = find(key);
    if (!role) co_return pass(role);
    role->attached.insert(std::move(arn));
    if (role->attached.size() > attached_max)
        co_return fail(Errc::limit,
                       fmt::format("Cannot exceed quota for PoliciesPerRole: {}", attached_max));
    auto saved = co_await save(std::move(*role));
    co_return saved;
}

io::Task<Result<>> Identities::detach(RoleKey key, std::string arn) {
    auto turn = co_await changing_.take();
    auto role = find(key);
    if (!role) co_return pass(role);
    if (!role->attached.erase(arn))
        co_return fail(Errc::not_found, fmt::format("Policy {} was not found.", arn));
    auto saved = co_await save(std::move(*role));
    co_return saved;
}

}  // namespace freshet::identity
