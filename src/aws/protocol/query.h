// The query protocol's requests (IAM, STS): Action=CreateRole&RoleName=x&Tags.member.1.Key=k.
#pragma once
#include <string_view>

#include "aws/fault.h"
#include "aws/protocol/rest.h"
#include "aws/protocol/shape.h"
#include "aws/protocol/validate.h"

namespace freshet::aws {

Answer<void> decode_query(const Shape& shape, const Pairs& parameters, void* out,
                          Violations& violations);

}  // namespace freshet::aws
