// What the server shows to the network on its one port: AWS's APIs, and below /_freshet/ health,
// metrics, pipelines, the code of functions and the user interface.
#pragma once
#include <memory>
#include <string>

#include "app/operator_console.h"
#include "app/parts.h"
#include "aws/http/front.h"
#include "aws/services/lambda/code_links.h"
#include "console/console.h"
#include "io/http/http.h"
#include "pipeline/api.h"

namespace freshet::app {

/// listen(), start(), stop(): each once, on the thread that has the parts, which stop after it.
/// The foundation and the parts outlive it.
class Endpoint final : private aws::ConsoleHandler {
  public:
    /// Binds the port; requests are answered as soon as the cores run. Errors name the port.
    static Result<std::unique_ptr<Endpoint>> listen(const Foundation& foundation,
                                                    const Parts& parts);
    /// "http://127.0.0.1:4566"
    const std::string& url() const { return url_; }
    /// Posts the start of what pages watch.
    void start();
    /// Accepts no more, lets requests under way finish, closes. At most `drain_max`. Blocks.
    void stop();

  private:
    Endpoint(const Foundation& foundation, const Parts& parts);
    /// Any path below /_freshet/; the front's only way back here.
    io::Task<io::HttpResponse> handle(io::HttpRequest request) override;
    void prepare_certificate();

    const Foundation& foundation_;
    stream::Streams& streams_;
    aws::CodeLinks& links_;
    console::Console pages_;
    aws::Front front_;
    pipeline::PipelineApi pipelines_;
    OperatorConsole operators_;
    std::shared_ptr<io::TlsIdentity> tls_;
    std::unique_ptr<io::HttpServer> http_;  ///< goes first: its requests use all others
    std::string url_;
};

}  // namespace freshet::app
