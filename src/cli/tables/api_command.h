// A command that is some calls of the API about tables and crawlers.
#pragma once
#include <memory>
#include <string>

#include "cli/run.h"
#include "cli/tables/table_client.h"

namespace freshet::cli {

/// run() once, on the core of the client; `place` outlives it.
class ApiCommand {
  public:
    ApiCommand(io::Core& core, const Place& place) : core_(core), place_(place) {}
    virtual ~ApiCommand() = default;
    io::Task<void> run(int& status) {
        std::string problem;
        auto made = TableClient::make(core_, place_);
        if (made) {
            client_ = std::move(*made);
            auto done = co_await carry_out();
            if (!done) problem = done.error().message();
            client_.reset();  // before the core ends
        } else {
            problem = made.error().message();
        }
        status = report_problem(problem);
    }

  protected:
    virtual io::Task<Result<>> carry_out() = 0;
    io::Core& core_;
    std::unique_ptr<TableClient> client_;

  private:
    const Place& place_;
};

}  // namespace freshet::cli
