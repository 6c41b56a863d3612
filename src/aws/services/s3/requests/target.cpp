#include "aws/services/s3/requests/target.h"

#include "aws/protocol/scalar.h"

namespace freshet::aws::s3_words {
namespace {

/// "bucket.s3.localhost:4566" names a bucket; "localhost", "127.0.0.1" and "s3.localhost" do not.
std::string bucket_of_host(std::string_view host) {
    host = host.substr(0, host.rfind(':'));
    for (const std::string_view tail :
         {".s3.localhost", ".s3.localhost.localstack.cloud", ".localhost"}) {
        if (host.size() > tail.size() && host.ends_with(tail)) {
            const std::string_view bucket = host.substr(0, host.size() - tail.size());
            if (bucket != "s3") return std::string(bucket);
        }
    }
    const auto at = host.find(".s3.");
    const auto dashed = host.find(".s3-");
    const auto cut = at != std::string_view::npos ? at : dashed;
    return cut != std::string_view::npos && host.ends_with(".amazonaws.com")
               ? std::string(host.substr(0, cut))
               : "";
}

bool has(const Target& target, std::string_view name) {
    for (const auto& [key, value] : target.query) {
        if (key == name) return true;
    }
    return false;
}

}  // namespace

std::string bucket_of(const io::Headers& headers, const Target& target) {
    if (headers.find("x-amz-target")) return "";
    std::string bucket = bucket_of_host(headers.get("host"));
    if (!bucket.empty() || target.path.size() < 2) return bucket;
    const std::string_view path = std::string_view(target.path).substr(1);
    return percent_decode(path.substr(0, path.find('/')), false);
}

void put_bucket_in_path(const io::Headers& headers, Target& target) {
    const std::string bucket = bucket_of_host(headers.get("host"));
    if (!bucket.empty())
        target.path = target.path == "/" ? "/" + bucket : "/" + bucket + target.path;
}

std::string refined_operation(const ServiceRim& s3, const std::string& method, const Route& route,
                              const io::Headers& headers, const Target& target) {
    static constexpr std::pair<std::string_view, std::string_view> renamed[] = {
        {"GetBucketLifecycle", "GetBucketLifecycleConfiguration"},
        {"GetBucketNotification", "GetBucketNotificationConfiguration"},
        {"PutBucketLifecycle", "PutBucketLifecycleConfiguration"},
        {"PutBucketNotification", "PutBucketNotificationConfiguration"}};
    for (const auto& [old, now] : renamed) {
        if (route.operation == old) return std::string(now);
    }
    // "ListBucketMetricsConfigurations" and "GetBucketMetricsConfiguration" differ by the id that
    // the second names.
    if (route.operation.starts_with("ListBucket") && route.operation.ends_with("Configurations") &&
        has(target, "id")) {
        return "Get" + route.operation.substr(4, route.operation.size() - 5);
    }
    if (route.operation.starts_with("GetBucket") && route.operation.ends_with("Configuration") &&
        !has(target, "id")) {
        const std::string all = "List" + route.operation.substr(3) + "s";
        if (s3.find_operation(all)) return all;
    }
    const bool is_of_object = route.labels.size() == 2;
    if (!is_of_object) {
        if (method == "GET" && route.labels.empty()) return "ListBuckets";
        return route.operation == "ListObjects" && has(target, "list-type") ? "ListObjectsV2"
                                                                            : route.operation;
    }
    const OperationName* operation = s3.find_operation(route.operation);
    if (std::string_view(operation->uri).find('?') != std::string_view::npos)
        return route.operation;
    const bool copies = headers.find("x-amz-copy-source").has_value();
    const bool is_of_upload = has(target, "uploadId");
    if (method == "PUT" && is_of_upload) return copies ? "UploadPartCopy" : "UploadPart";
    if (method == "PUT") return copies ? "CopyObject" : "PutObject";
    if (method == "GET") return is_of_upload ? "ListParts" : "GetObject";
    if (method == "DELETE") return is_of_upload ? "AbortMultipartUpload" : "DeleteObject";
    if (method == "POST" && is_of_upload) return "CompleteMultipartUpload";
    return route.operation;
}

}  // namespace freshet::aws::s3_words
