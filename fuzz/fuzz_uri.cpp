// Targets and headers: any text finds a route or a fault, with S3's reading of hosts and queries.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aws/http/route.h"
#include "aws/model/iam.h"
#include "aws/model/kinesis.h"
#include "aws/model/lambda.h"
#include "aws/model/s3.h"
#include "aws/services/s3/requests/target.h"

using namespace freshet;

namespace {

/// The part of S3's rim that reads targets, which needs no objects.
class Targets final : public aws::ServiceRim {
  public:
    Targets() : ServiceRim(aws::s3::service_info()) {}
    aws::Claim claim(const aws::Unnamed& request) const override {
        return request.by == aws::Unnamed::By::path ? aws::Claim::fallback : aws::Claim::none;
    }
    void complete_target(const io::Headers& headers, aws::Target& target) const override {
        aws::s3_words::put_bucket_in_path(headers, target);
    }
    std::string refine(const std::string& method, const aws::Route& route,
                       const io::Headers& headers, const aws::Target& target) const override {
        return aws::s3_words::refined_operation(*this, method, route, headers, target);
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const aws::ServiceRim kinesis(aws::kinesis::service_info());
    static const aws::ServiceRim lambda(aws::lambda::service_info());
    static const aws::ServiceRim iam(aws::iam::service_info());
    static const Targets s3;
    static const aws::ServiceRim* const services[] = {&kinesis, &lambda, &iam, &s3};
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto cut = text.find('\n');
    io::Headers headers;
    headers.add("Authorization",
                std::string(cut == std::string_view::npos ? "" : text.substr(cut + 1)));
    headers.add("Host", std::string(text.substr(0, cut)));
    for (const char* method : {"GET", "PUT", "POST"}) {
        aws::Target target = aws::parse_target(text.substr(0, cut));
        const auto scope = aws::parse_scope(headers, target.query);
        (void)aws::find_route(services, method, headers, target, scope, "");
    }
    return 0;
}
