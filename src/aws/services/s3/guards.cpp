#include "aws/services/s3/guards.h"

#include "aws/protocol/scalar.h"

namespace freshet::aws::s3_words {
namespace {

constexpr std::size_t account_digits = 12;
/// Ids of versions that AWS makes have this many letters, digits, dots and underscores.
constexpr std::size_t version_bytes = 32;
constexpr std::string_view digits = "0123456789";
constexpr std::string_view version_letters =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-";

}  // namespace

Answer<void> check_version(const std::string& version) {
    if (version == "null") return {};
    if (version.empty())
        return refuse_argument("Version id cannot be the empty string", "versionId", version);
    if (version.size() != version_bytes ||
        version.find_first_not_of(version_letters) != std::string::npos) {
        return refuse_argument("Invalid version id specified", "versionId", version);
    }
    return std::unexpected(Fault{
        "NoSuchVersion", "The specified version does not exist.", 404, {{"VersionId", version}}});
}

io::Task<Answer<void>> check_owner(objects::Objects& objects, std::string bucket,
                                   std::string account) {
    if (account.size() != account_digits ||
        account.find_first_not_of(digits) != std::string::npos) {
        co_return refuse(
            "InvalidBucketOwnerAWSAccountID",
            "The value of the expected bucket owner parameter must be an AWS account ID", 400);
    }
    auto found = co_await objects.find_bucket(bucket);
    if (!found && found.error().is(objects::Errc::no_bucket)) co_return Answer<void>();
    if (!found) co_return refuse(found.error(), bucket);
    if (found->account != account) co_return refuse("AccessDenied", "Access Denied", 403);
    co_return Answer<void>();
}

Answer<CopySource> copy_source_of(const std::string& header) {
    static constexpr std::string_view version_mark = "?versionId=";
    const auto mark = header.find(version_mark);
    if (mark != std::string::npos) {
        auto good = check_version(
            percent_decode(std::string_view(header).substr(mark + version_mark.size()), false));
        if (!good) return pass(good);
    }
    std::string source = percent_decode(header.substr(0, mark), false);
    if (source.starts_with('/')) source.erase(0, 1);
    if (source.starts_with("arn:")) return unbuilt("access points as x-amz-copy-source", "s3");
    const auto slash = source.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == source.size()) {
        return refuse_argument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            "x-amz-copy-source", header);
    }
    return CopySource{source.substr(0, slash), source.substr(slash + 1)};
}

}  // namespace freshet::aws::s3_words
