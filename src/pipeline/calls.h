// Calls operations of AWS's in this process, as the caller of the pipeline: the same handlers,
// checks and words as over the wire, without the wire.
#pragma once
#include <functional>
#include <memory>

#include "aws/protocol/shape.h"
#include "aws/router.h"
#include "dashboards/dashboards.h"
#include "maintenance/maintenance.h"
#include "query/query.h"

namespace freshet::pipeline {

/// What a pipeline is made of; all of it outlives the calls.
struct Services {
    const aws::Router& router;
    query::Query& queries;
    dashboards::Dashboards& dashboards;
    maintenance::Maintenance& maintenance;
    /// The newest runtime of functions that this machine has; "" when it has none. Any core.
    std::function<io::Task<std::string>()> newest_runtime;
};

class Calls {
  public:
    Calls(const Services& services, aws::Caller caller)
        : services_(services), caller_(std::move(caller)) {}
    const aws::Caller& caller() const { return caller_; }
    /// The same calls, of which those that change something are checked and not carried out: they
    /// answer without members.
    Calls judging() const {
        Calls calls(services_, caller_);
        calls.is_judging_ = true;
        return calls;
    }
    bool is_judging() const { return is_judging_; }

    template <class Op>
    io::Task<aws::Answer<typename Op::Output>> call(typename Op::Input input) {
        auto held = std::make_shared<typename Op::Input>(std::move(input));
        auto output = std::make_shared<typename Op::Output>();
        auto done = co_await dispatch(Op::info(), held, output);
        if (!done) co_return pass(done);
        co_return std::move(*output);
    }

    /// When nothing but success is wanted.
    template <class Op>
    io::Task<aws::Answer<void>> run(typename Op::Input input) {
        auto held = std::make_shared<typename Op::Input>(std::move(input));
        auto output = std::make_shared<typename Op::Output>();
        auto done = co_await dispatch(Op::info(), held, output);
        co_return done;
    }

    dashboards::Dashboards& dashboards() { return services_.dashboards; }
    maintenance::Maintenance& maintenance() { return services_.maintenance; }
    /// Until a statement that was started has ended well; asking again and again would need a
    /// clock.
    io::Task<aws::Answer<void>> statement_ended(std::string execution_id);

  private:
    io::Task<aws::Answer<void>> dispatch(const aws::OperationInfo& operation,
                                         std::shared_ptr<void> input, std::shared_ptr<void> output);
    Services services_;
    aws::Caller caller_;
    bool is_judging_ = false;
};

/// True for the fault of a describing operation that says that there is no such thing.
bool is_absent(const aws::Fault& fault);

}  // namespace freshet::pipeline
