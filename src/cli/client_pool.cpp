#include "cli/client_pool.h"

namespace freshet::cli {

ClientPool::Lease::~Lease() {
    if (!client_) return;
    pool_.idle_.push_back(std::move(client_));
    pool_.free_.notify();
}

io::Task<Result<ClientPool::Lease>> ClientPool::take() {
    while (idle_.empty() && made_ >= clients_max_) co_await free_.wait();
    if (!idle_.empty()) {
        auto client = std::move(idle_.back());
        idle_.pop_back();
        co_return Lease(*this, std::move(client));
    }
    auto made = aws::Client::make(core_, options_);
    if (!made) co_return pass(made);
    ++made_;
    co_return Lease(*this, std::move(*made));
}

}  // namespace freshet::cli
