// Errors in CloudWatch's words: monitor/ has none of its own for metrics.
#include "aws/services/cloudwatch/words.h"

namespace freshet::aws::cloudwatch_words {

std::unexpected<Fault> refuse(const Error& error) {
    return refuse("InternalServiceFault", error.message(), 500);
}

std::unexpected<Fault> refuse_value(std::string message) {
    return refuse("InvalidParameterValueException", std::move(message));
}

}  // namespace freshet::aws::cloudwatch_words
