// Roles and their policies: stored and given back. Nothing is decided by them yet. One home core.
#pragma once
#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "io/core.h"
#include "io/turn.h"
#include "meta/database.h"

namespace freshet::identity {

enum class Errc {
    not_found,  ///< no such role or policy
    exists,     ///< a role of that name is there
    in_use,     ///< a role with policies is not deleted
    limit       ///< over tags_max or a like bound
};

inline constexpr std::size_t tags_max = 50;  ///< AWS
inline constexpr std::size_t attached_max =
    20;  ///< AWS: managed policies of a role, at most on request

struct RoleKey {
    std::string account, name;
    auto operator<=>(const RoleKey&) const = default;
};

struct Role {
    RoleKey key;
    std::string id, path, trust_policy;
    std::optional<std::string> description;
    int session_seconds_max = 3600;
    Timestamp created;
    std::map<std::string, std::string> tags;
    std::map<std::string, std::string> policies;  ///< inline: name, document
    std::set<std::string> attached;               ///< ARNs
};

/// Life: load() before the core runs, then calls on the home core in any order; the database
/// outlives every task that it gave. Changes take turns: each sees the change before it, completes
/// when it is durable, and leaves the role as it was when it is refused.
class Identities {
  public:
    Identities(io::Core& home, meta::Database& database)
        : home_(home), database_(database), changing_(home) {}
    Result<> load();
    io::Core& home() { return home_; }

    /// Fills id and creation time.
    io::Task<Result<Role>> create(Role role);
    Result<Role> find(const RoleKey& key) const;
    /// Of an account, by name.
    std::vector<Role> list(const std::string& account) const;
    io::Task<Result<>> remove(RoleKey key);
    io::Task<Result<>> put_policy(RoleKey key, std::string name, std::string document);
    io::Task<Result<>> remove_policy(RoleKey key, std::string name);
    io::Task<Result<>> attach(RoleKey key, std::string arn);
    io::Task<Result<>> detach(RoleKey key, std::string arn);

  private:
    io::Task<Result<>> save(Role role);
    io::Core& home_;
    meta::Database& database_;
    io::Turn changing_;  ///< a change reads a role, waits, and writes it
    std::map<RoleKey, Role> roles_;
};

}  // namespace freshet::identity

template <>
struct freshet::ErrorTraits<freshet::identity::Errc> {
    static const ErrorDomain& domain();
};
