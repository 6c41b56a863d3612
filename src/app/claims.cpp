#include "app/claims.h"

#include "analytics/store.h"
#include "delivery/store.h"
#include "stream/store.h"

namespace freshet::app {

Result<> check_claims(const meta::Database& database, log::Log& log) {
    std::vector<log::Claim> all;
    auto read = database.read_now([&](const meta::Connection& connection) -> Result<> {
        for (auto* claims_of :
             {stream::store::claims, delivery::store::claims, analytics::store::claims}) {
            auto claims = claims_of(connection);
            if (!claims) return pass(claims);
            all.insert(all.end(), claims->begin(), claims->end());
        }
        return {};
    });
    if (!read) return read;
    return log.check(all);
}

}  // namespace freshet::app
