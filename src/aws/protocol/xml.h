// The XML codec of S3 (rest-xml) and of the answers of the query protocol (IAM, STS). pugixml
// parses.
#pragma once
#include <string>
#include <string_view>

#include "aws/fault.h"
#include "aws/protocol/shape.h"
#include "aws/protocol/validate.h"

namespace freshet::aws {

/// Fills `out` from the document's root element, which is called `root` ("": whatever it is
/// called). MalformedXML when it is not XML of that shape: an element that the model does not have
/// there, one that is there twice, a value that is not of its kind.
Answer<void> decode_xml(const Shape& shape, std::string_view root, std::string_view body, void* out,
                        Violations& violations);

Fault malformed_xml_fault();

/// `<?xml ...?><root xmlns="...">...</root>`; an empty namespace writes none.
std::string encode_xml(const Shape& shape, const void* value, std::string_view root,
                       std::string_view xml_namespace);

/// <OpResponse xmlns><OpResult>...</OpResult><ResponseMetadata><RequestId>: the query protocol's
/// answer.
std::string encode_query_answer(const OperationInfo& operation, const void* value,
                                std::string_view request_id);

/// S3: <Error><Code>..</Code><Message>..; the query protocol wraps it in <ErrorResponse>.
std::string encode_xml_fault(const Fault& fault, std::string_view request_id);
std::string encode_query_fault(const Fault& fault, std::string_view xml_namespace,
                               std::string_view request_id);

/// Appends `text` escaped, with U+FFFD for what is not UTF-8.
void append_xml_text(std::string& out, std::string_view text);

}  // namespace freshet::aws
