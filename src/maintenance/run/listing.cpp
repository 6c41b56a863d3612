#include "maintenance/run/listing.h"

#include <fmt/format.h>

#include "maintenance/limits.h"

namespace freshet::maintenance {

io::Task<Result<std::vector<Listed>>> list_objects(objects::Objects& objects, std::string bucket,
                                                   std::string prefix) {
    std::vector<Listed> all;
    objects::ListRequest request;
    request.prefix = std::move(prefix);
    request.count_max = limits::list_page;
    while (true) {
        auto page = co_await objects.list(bucket, request);
        if (!page) co_return pass(page);
        for (const objects::ObjectInfo& object : page->objects)
            all.push_back({object.key, object.size, objects::version_of(object), object.modified});
        if (!page->is_truncated) co_return all;
        request.start_after = page->last;
    }
}

io::Task<Result<objects::ObjectInfo>> find_listed(objects::Objects& objects, std::string bucket,
                                                  Listed listed) {
    auto found = co_await objects.find(std::move(bucket), listed.key);
    if (!found && !found.error().is(objects::Errc::no_key)) co_return found;
    if (!found || objects::version_of(*found) != listed.version)
        co_return fail(objects::Errc::condition, fmt::format("{} was replaced", listed.key));
    co_return found;
}

}  // namespace freshet::maintenance
