// The services that have a model, without the thousands of lines of one.
#pragma once
#include "aws/protocol/shape.h"

namespace freshet::aws {

namespace athena {
const ServiceInfo& service_info();
}
namespace cloudwatch {
const ServiceInfo& service_info();
}
namespace dynamodb {
const ServiceInfo& service_info();
}
namespace events {
const ServiceInfo& service_info();
}
namespace firehose {
const ServiceInfo& service_info();
}
namespace glue {
const ServiceInfo& service_info();
}
namespace iam {
const ServiceInfo& service_info();
}
namespace kinesis {
const ServiceInfo& service_info();
}
namespace kinesisanalytics {
const ServiceInfo& service_info();
}
namespace lambda {
const ServiceInfo& service_info();
}
namespace logs {
const ServiceInfo& service_info();
}
namespace quicksight {
const ServiceInfo& service_info();
}
namespace s3 {
const ServiceInfo& service_info();
}
namespace sts {
const ServiceInfo& service_info();
}

}  // namespace freshet::aws
