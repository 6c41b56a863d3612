#include "app/wire_query.h"

#include <filesystem>

#include "aws/services/athena/athena.h"
#include "query/store.h"

namespace freshet::app {

std::vector<meta::Migration> WiredQuery::migrations() { return query::store::migrations(); }

Result<std::unique_ptr<WiredQuery>> WiredQuery::make(Context& context, catalog::Catalog& catalog,
                                                     objects::Objects& objects) {
    auto wired = std::make_unique<WiredQuery>();
    wired->catalog_ = std::make_unique<QueryCatalog>(catalog);
    wired->objects_ = std::make_unique<QueryObjects>(objects);
    query::Options options;
    // The worker lies beside this program.
    std::error_code problem;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", problem);
    options.worker_path = (self.parent_path() / "freshet-query").string();
    options.spill_directory = std::filesystem::absolute(context.data_dir + "/query-spill").string();
    wired->query_ =
        std::make_unique<query::Query>(context.cores.main(), context.database, *wired->catalog_,
                                       *wired->objects_, std::move(options));
    if (auto opened = wired->query_->open(); !opened) return pass(opened);
    aws::register_athena(context.router, *wired->query_);
    return wired;
}

io::Task<void> WiredQuery::stop() { co_await query_->stop(); }

}  // namespace freshet::app
