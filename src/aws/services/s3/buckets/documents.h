// A bucket's configuration as S3 writes it: the document of a request is kept, and read into the
// answer to a later one.
#pragma once
#include <string>

#include "aws/protocol/rest.h"
#include "aws/protocol/validate.h"
#include "aws/protocol/xml.h"

namespace freshet::aws::s3_words {

/// The payload of `input`, as XML.
template <class Op>
std::string document_of(const typename Op::Input& input) {
    const Member& payload = *payload_of(*Op::info().input);
    return encode_xml(*payload.shape, payload.in(&input), payload.wire, "");
}

/// Reads `document` into the payload of an answer, or into its members.
template <class Op>
Answer<typename Op::Output> from_document(const std::string& document) {
    typename Op::Output out;
    Violations violations;
    const Member* payload = payload_of(*Op::info().output);
    auto done = payload ? decode_xml(*payload->shape, "", document, payload->make(&out), violations)
                        : decode_xml(*Op::info().output, "", document, &out, violations);
    if (!done) return pass(done);
    return out;
}

}  // namespace freshet::aws::s3_words
