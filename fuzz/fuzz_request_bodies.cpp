// JSON, XML and query bodies: any bytes decode or are refused, and what decodes encodes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aws/model/iam.h"
#include "aws/model/kinesis.h"
#include "aws/model/s3.h"
#include "aws/protocol/json/json.h"
#include "aws/protocol/query.h"
#include "aws/protocol/scalar.h"
#include "aws/protocol/xml.h"

using namespace freshet::aws;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    {
        kinesis::PutRecordsInput input;
        Violations violations;
        const Shape& shape = *kinesis::PutRecordsOp::info().input;
        if (decode_json(shape, text, &input, violations)) {
            validate(shape, &input, violations);
            (void)encode_json(shape, &input);
        }
    }
    {
        s3::DeleteObjectsRequest input;
        Violations violations;
        const Shape& shape = *s3::DeleteObjectsOp::info().input;
        for (const Member& member : shape.members) {
            if (member.location == Location::payload)
                (void)decode_xml(*member.shape, "", text, member.make(&input), violations);
        }
    }
    {
        iam::CreateRoleRequest input;
        Violations violations;
        const Shape& shape = *iam::CreateRoleOp::info().input;
        if (decode_query(shape, parse_query_string(text), &input, violations))
            validate(shape, &input, violations);
    }
    return 0;
}
