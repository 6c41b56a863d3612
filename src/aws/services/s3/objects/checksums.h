// Which checksum an object has, and what S3 says of it: of the whole, or composed of those of its
// parts.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/fault.h"
#include "aws/http/body/checksum.h"
#include "io/body_reader.h"
#include "objects/types.h"

namespace freshet::aws::s3_words {

using aws::Checksum;  // and not the model's structure of that name

inline constexpr const char* checksum_type_attribute = "x-amz-checksum-type";
// of an upload that declares one
inline constexpr const char* checksum_algorithm_attribute = "x-amz-checksum-algorithm";
inline constexpr const char* full_object = "FULL_OBJECT";
inline constexpr const char* composite = "COMPOSITE";

/// The checksum of an upload's object. One that declares none gets the default.
struct ChecksumPlan {
    Checksum algorithm = checksum_default;
    bool is_composite = false;
    bool is_declared = false;

    const char* type() const { return is_composite ? composite : full_object; }
};
/// Of CreateMultipartUpload's members.
Answer<ChecksumPlan> plan_checksum(const std::optional<std::string>& algorithm,
                                   const std::optional<std::string>& type);
/// As the upload's attributes keep it.
ChecksumPlan plan_of(const objects::Attributes& upload);

/// A ChecksumAlgorithm of a request; those that Freshet does not build are refused before
/// (tools/awsgen/members).
Answer<Checksum> algorithm_of(const std::string& name);

/// The value that attributes hold, of any algorithm.
std::optional<DeclaredChecksum> kept_checksum(const objects::Attributes& attributes);
/// "FULL_OBJECT" where a checksum is and nothing else is said.
std::optional<std::string> kept_checksum_type(const objects::Attributes& attributes);
/// Puts `checksum` in the place of whatever they hold.
void keep_checksum(objects::Attributes& attributes, const DeclaredChecksum& checksum,
                   const std::string& type);

/// The object's checksum, of its parts in order; nothing when one of them has none of that
/// algorithm.
std::optional<std::string> checksum_of_parts(const ChecksumPlan& plan,
                                             const std::vector<objects::PartInfo>& parts);

/// Hands on the pieces of a body and computes a checksum of them.
class ChecksummingBody final : public io::BodyReader {
  public:
    ChecksummingBody(std::shared_ptr<io::BodyReader> body, Checksum algorithm)
        : body_(std::move(body)), running_(algorithm) {}
    io::Task<Result<Bytes>> read() override;
    /// After the end.
    std::string finish() { return running_.finish(); }

  private:
    std::shared_ptr<io::BodyReader> body_;
    RunningChecksum running_;
};

/// Writes `value` into the member of `out` that is the algorithm's.
template <class Output>
void fill_checksum(Output& out, const DeclaredChecksum& checksum) {
    switch (checksum.algorithm) {
        case Checksum::crc32:
            out.checksum_crc32 = checksum.value;
            return;
        case Checksum::crc32c:
            out.checksum_crc32_c = checksum.value;
            return;
        case Checksum::crc64nvme:
            out.checksum_crc64_nvme = checksum.value;
            return;
        case Checksum::sha1:
            out.checksum_sha1 = checksum.value;
            return;
        case Checksum::sha256:
            out.checksum_sha256 = checksum.value;
            return;
        case Checksum::sha512:
            out.checksum_sha512 = checksum.value;
            return;
        case Checksum::md5:
            out.checksum_md5 = checksum.value;
            return;
    }
}

/// The checksum and its type, as attributes hold them.
template <class Output>
void fill_checksum(Output& out, const objects::Attributes& attributes) {
    if (const auto kept = kept_checksum(attributes)) fill_checksum(out, *kept);
    if constexpr (requires { out.checksum_type; })
        out.checksum_type = kept_checksum_type(attributes);
}

/// Every checksum that `in` has a member of: more than one is the caller's to judge.
template <class Input>
std::vector<DeclaredChecksum> checksums_in(const Input& in) {
    std::vector<DeclaredChecksum> all;
    const auto add = [&](Checksum algorithm, const std::optional<std::string>& value) {
        if (value) all.push_back({algorithm, *value});
    };
    add(Checksum::crc32, in.checksum_crc32);
    add(Checksum::crc32c, in.checksum_crc32_c);
    add(Checksum::crc64nvme, in.checksum_crc64_nvme);
    add(Checksum::sha1, in.checksum_sha1);
    add(Checksum::sha256, in.checksum_sha256);
    add(Checksum::sha512, in.checksum_sha512);
    add(Checksum::md5, in.checksum_md5);
    return all;
}

}  // namespace freshet::aws::s3_words
