#include "aws/http/cors.h"

namespace freshet::aws {
namespace {

constexpr const char* exposed =
    "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,x-amz-request-id,x-amz-id-2,ETag,Date";
constexpr const char* remembered_s = "172800";

}  // namespace

std::optional<io::HttpResponse> answer_preflight(const io::HttpRequest& request) {
    if (request.method != "OPTIONS" || !request.headers.find("origin")) return std::nullopt;
    io::HttpResponse response;
    response.headers.add("Access-Control-Allow-Origin", "*");
    for (const auto& [asked, allowed] :
         {std::pair{"access-control-request-headers", "Access-Control-Allow-Headers"},
          std::pair{"access-control-request-method", "Access-Control-Allow-Methods"}}) {
        if (const std::string* value = request.headers.find(asked))
            response.headers.add(allowed, *value);
    }
    response.headers.add("Access-Control-Max-Age", remembered_s);
    return response;
}

void allow_any_origin(io::HttpResponse& response) {
    response.headers.set("Access-Control-Allow-Origin", "*");
    response.headers.set("Access-Control-Expose-Headers", exposed);
}

}  // namespace freshet::aws
