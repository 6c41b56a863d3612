#include "app/wire_objects.h"

#include "aws/any_core.h"
#include "aws/services/s3/s3.h"
#include "objects/extent_store.h"
#include "objects/store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredObjects::migrations() {
    auto all = objects::store::migrations();
    for (const auto& migration : objects::store::extent_migrations()) all.push_back(migration);
    return all;
}

Result<std::unique_ptr<WiredObjects>> WiredObjects::make(Context& context) {
    auto wired = std::make_unique<WiredObjects>();
    io::Core& home = context.cores.at(context.cores.size() - 1);
    wired->objects_ = std::make_unique<objects::Objects>(
        home, context.database, context.disk, context.data_dir + "/objects",
        context.data_dir + "/keys/objects.keys", context.pool);
    const objects::Objects::Found found{context.directory.run(),
                                        context.directory.is_objects_newer()};
    if (auto opened = wired->objects_->open(found, context.clock.now()); !opened)
        return pass(opened);
    aws::register_s3(context.router, aws::any_core(), *wired->objects_);
    return wired;
}

io::Task<void> WiredObjects::stop() { co_await objects_->stop(); }

}  // namespace freshet::app
