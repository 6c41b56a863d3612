// Amazon Kinesis Data Streams: AWS's words to stream/, and back.
#pragma once
#include "aws/router.h"
#include "stream/stream.h"

namespace freshet::aws {
/// `demands_signatures`: a request without one is refused, as AWS does.
void register_kinesis(Router& router, stream::Streams& streams, bool demands_signatures);
}  // namespace freshet::aws
