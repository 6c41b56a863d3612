#include "app/claims.h"

namespace freshet::app {

Result<> check_claims(std::span<const PartKind> kinds, const meta::Database& database,
                      log::Log& log) {
    std::vector<log::Claim> all;
    auto read = database.read_now([&](const meta::Connection& connection) -> Result<> {
        for (const PartKind& kind : kinds) {
            if (!kind.claims) continue;
            auto claims = kind.claims(connection);
            if (!claims) return pass(claims);
            all.insert(all.end(), claims->begin(), claims->end());
        }
        return {};
    });
    if (!read) return read;
    return log.check(all);
}

}  // namespace freshet::app
