#include "aws/services/s3/objects/checksums.h"

#include <fmt/format.h>

#include "aws/services/s3/words.h"
#include "base/crypto/digest.h"

namespace freshet::aws::s3_words {

Answer<Checksum> algorithm_of(const std::string& name) {
    if (const auto algorithm = checksum_named(name)) return *algorithm;
    return refuse("InvalidRequest",
                  "Checksum algorithm provided is unsupported. Please try again with any of the "
                  "valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
                  400);
}

Answer<ChecksumPlan> plan_checksum(const std::optional<std::string>& name,
                                   const std::optional<std::string>& type) {
    if (type && *type != full_object && *type != composite)
        return refuse("InvalidRequest", "Value for x-amz-checksum-type header is invalid.", 400);
    if (!name) {
        if (type)
            return refuse("InvalidRequest",
                          "The x-amz-checksum-type header can only be used with the "
                          "x-amz-checksum-algorithm header.",
                          400);
        return ChecksumPlan{};
    }
    auto algorithm = algorithm_of(*name);
    if (!algorithm) return pass(algorithm);
    const bool is_only_whole = *algorithm == Checksum::crc64nvme;
    const ChecksumPlan plan{*algorithm, type ? *type == composite : !is_only_whole, true};
    if ((plan.is_composite && is_only_whole) || (!plan.is_composite && !is_linear(*algorithm))) {
        return refuse(
            "InvalidRequest",
            fmt::format("The {} checksum type cannot be used with the {} checksum algorithm.",
                        plan.type(), label_of(*algorithm)),
            400);
    }
    return plan;
}

ChecksumPlan plan_of(const objects::Attributes& upload) {
    const auto name = find(upload, checksum_algorithm_attribute);
    const auto algorithm = name ? checksum_named(*name) : std::nullopt;
    if (!algorithm) return {};
    return {*algorithm, find(upload, checksum_type_attribute) == composite, true};
}

std::optional<DeclaredChecksum> kept_checksum(const objects::Attributes& attributes) {
    for (const Checksum algorithm : all_checksums()) {
        if (auto value = find(attributes, header_of(algorithm)))
            return DeclaredChecksum{algorithm, std::move(*value)};
    }
    return std::nullopt;
}

std::optional<std::string> kept_checksum_type(const objects::Attributes& attributes) {
    if (!kept_checksum(attributes)) return std::nullopt;
    return find(attributes, checksum_type_attribute).value_or(full_object);
}

void keep_checksum(objects::Attributes& attributes, const DeclaredChecksum& checksum,
                   const std::string& type) {
    for (const Checksum algorithm : all_checksums()) attributes.erase(header_of(algorithm));
    attributes[header_of(checksum.algorithm)] = checksum.value;
    attributes[checksum_type_attribute] = type;
}

std::optional<std::string> checksum_of_parts(const ChecksumPlan& plan,
                                             const std::vector<objects::PartInfo>& parts) {
    RunningChecksum of_checksums(plan.algorithm);
    std::optional<std::string> whole;
    for (const objects::PartInfo& part : parts) {
        const auto value = find(part.attributes, header_of(plan.algorithm));
        std::string raw;
        if (!value || !base64_decode(*value, raw)) return std::nullopt;
        if (plan.is_composite)
            of_checksums.update(raw);
        else
            whole = whole ? combine(plan.algorithm, *whole, *value, part.size) : *value;
    }
    return plan.is_composite ? fmt::format("{}-{}", of_checksums.finish(), parts.size()) : whole;
}

io::Task<Result<Bytes>> ChecksummingBody::read() {
    auto piece = co_await body_->read();
    if (piece) running_.update(piece->view());
    co_return piece;
}

}  // namespace freshet::aws::s3_words
