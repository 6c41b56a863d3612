// A client of the JSON services, for the command line: typed calls through the same shapes and
// codecs that the server uses, signed, over one kept connection. It works against Freshet and
// against AWS.
#pragma once
#include <memory>
#include <string>

#include "aws/auth/signer.h"
#include "aws/fault.h"
#include "aws/protocol/shape.h"
#include "io/core.h"
#include "io/http/http.h"

namespace freshet::aws {

struct ClientOptions {
    std::string endpoint;  ///< "http://127.0.0.1:4566"
    std::string region;
    Credentials credentials;
    Millis timeout = 60s;
};

/// From the AWS_* variables of the environment; `endpoint`, when given, goes before
/// AWS_ENDPOINT_URL, and that before this machine's Freshet.
ClientOptions client_options(const std::string& endpoint);

/// One core, one call at a time; it connects when it must. A call is not repeated here.
class Client {
  public:
    static Result<std::unique_ptr<Client>> make(io::Core& core, ClientOptions options);

    /// A fault of status 0 is a connection that failed: whether the request was done is not known.
    template <class Op>
    io::Task<Answer<typename Op::Output>> call(typename Op::Input input) {
        typename Op::Output output;
        auto done = co_await exchange(Op::info(), &input, &output);
        if (!done) co_return pass(done);
        co_return output;
    }

  private:
    Client(io::Core& core, ClientOptions options, std::unique_ptr<io::HttpClient> http)
        : core_(core), options_(std::move(options)), http_(std::move(http)) {}
    io::Task<Answer<void>> exchange(const OperationInfo& operation, const void* input,
                                    void* output);
    io::Core& core_;
    ClientOptions options_;
    std::unique_ptr<io::HttpClient> http_;
};

}  // namespace freshet::aws
