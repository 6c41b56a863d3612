// What the files of the Firehose rim share: faults in its words, ARNs, destinations.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/errors.h"
#include "aws/model/firehose.h"
#include "aws/router.h"
#include "delivery/delivery.h"

namespace freshet::aws::firehose_words {

inline constexpr const char* destination_id = "destinationId-000000000001";  ///< the only one

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);

// arn.cpp
std::string arn_of(const delivery::DeliveryKey& key);
std::string arn_of(const delivery::SourceKey& stream);
std::string bucket_arn(const std::string& bucket);
Answer<delivery::SourceKey> stream_of(const std::string& arn);
Answer<std::string> bucket_of(const std::string& arn);
inline delivery::DeliveryKey key_of(const Caller& caller, const std::string& name) {
    return {caller.home(), name};
}
std::map<std::string, std::string> tags_of(const std::vector<firehose::Tag>& given);

// destinations.cpp: one of S3, extended S3 and an HTTP endpoint.
Answer<delivery::Destination> destination_of(const firehose::CreateDeliveryStreamInput& input);
/// Changes `destination` as an update asks.
Answer<void> apply(const firehose::UpdateDestinationInput& input,
                   delivery::Destination& destination);
firehose::DestinationDescription describe(const delivery::Destination& destination);

// encryption.cpp: the ARN of the key, "" for one that AWS owns.
Answer<std::string> key_arn_of(const firehose::DeliveryStreamEncryptionConfigurationInput& input);
void describe(const delivery::DeliveryStream& stream,
              firehose::DeliveryStreamEncryptionConfiguration& out);

// http_endpoint.cpp
Answer<void> apply(const firehose::HttpEndpointDestinationConfiguration& given,
                   delivery::Destination& destination);
Answer<void> apply(const firehose::HttpEndpointDestinationUpdate& given,
                   delivery::Destination& destination);
void describe(const delivery::Destination& destination,
              firehose::HttpEndpointDestinationDescription& out);

// conversion.cpp
Answer<void> apply(const firehose::DataFormatConversionConfiguration& given,
                   delivery::Destination& destination);
void describe(const delivery::Destination& destination,
              firehose::DataFormatConversionConfiguration& out);

// processors.cpp
Answer<void> apply(const firehose::ProcessingConfiguration& given,
                   delivery::Destination& destination);
void describe(const delivery::Destination& destination, firehose::ProcessingConfiguration& out);

void register_streams(Router& router, delivery::Deliveries& deliveries);
void register_records(Router& router, delivery::Deliveries& deliveries);
void register_encryption(Router& router, delivery::Deliveries& deliveries);
void register_tags(Router& router, delivery::Deliveries& deliveries);

}  // namespace freshet::aws::firehose_words
