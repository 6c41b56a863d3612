// DiscoverInputSchema.
#include "aws/services/kinesisanalytics/words.h"

namespace freshet::aws::analytics_words {
namespace {

using namespace kinesisanalytics;
namespace domain = analytics;

class Handlers {
  public:
    explicit Handlers(domain::Applications& applications) : applications_(applications) {}

    io::Task<Answer<DiscoverInputSchemaResponse>> discover(Caller caller,
                                                           DiscoverInputSchemaRequest request) {
        domain::Sample sample;
        sample.stream_arn = request.resource_arn.value_or("");
        if (request.input_starting_position_configuration)
            sample.start =
                *start_of(request.input_starting_position_configuration->input_starting_position);
        if (request.s3_configuration) {
            sample.bucket_arn = request.s3_configuration->bucket_arn;
            sample.object_key = request.s3_configuration->file_key;
        }
        if (sample.stream_arn.empty() == sample.object_key.empty())
            co_return refuse("InvalidArgumentException",
                             "Either ResourceARN or S3Configuration must be given");
        if (request.input_processing_configuration) {
            const auto& given = request.input_processing_configuration->input_lambda_processor;
            sample.processor = domain::Processor{given.resource_arn, given.role_arn};
        }
        domain::Discovery found;
        auto discovered =
            co_await applications_.discover(key_of(caller, "discovery"), std::move(sample), &found);
        if (!discovered) co_return refuse(discovered.error());
        DiscoverInputSchemaResponse out;
        out.input_schema = describe(found.found.schema, "UTF-8");
        out.parsed_input_records = std::move(found.found.rows);
        out.raw_input_records = std::move(found.raw);
        out.processed_input_records = std::move(found.processed);
        co_return out;
    }

  private:
    domain::Applications& applications_;
};

}  // namespace

void register_discovery(Router& router, analytics::Applications& applications) {
    auto h = std::make_shared<Handlers>(applications);
    io::Core& home = applications.home();
    on<DiscoverInputSchemaOp>(router, home, h, &Handlers::discover);
}

}  // namespace freshet::aws::analytics_words
