// Where the code of functions can be had: links on this server that hold for ten minutes, as AWS's
// presigned ones (GetFunction's Code.Location), and the answers to them.
#pragma once
#include <string>

#include "aws/http/body/held_body.h"
#include "aws/http/front.h"
#include "functions/functions.h"

namespace freshet::aws {

class CodeLinks final : public ConsoleHandler {
  public:
    static constexpr std::string_view path = "/_freshet/code/";

    explicit CodeLinks(functions::Functions& functions);
    /// `host`: as the client calls this server.
    std::string link(const functions::Function& function, const std::string& host) const;
    io::Task<io::HttpResponse> handle(io::HttpRequest request) override;

  private:
    std::string signature(const std::string& resource, std::int64_t until_s) const;
    functions::Functions& functions_;
    BodyBudget downloads_;  ///< zips that are being sent
    std::string secret_;    ///< of this run: links do not outlive it
};

}  // namespace freshet::aws
