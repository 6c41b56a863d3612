// Amazon Kinesis Data Streams: AWS's words to stream/, and back.
#pragma once
#include "aws/router.h"
#include "stream/stream.h"

namespace freshet::aws {
void register_kinesis(Router& router, stream::Streams& streams);
}  // namespace freshet::aws
