// A pipeline file from anyone: read, parameters put in, every kind's keys read. Nothing is called.
#include <cstddef>
#include <cstdint>

#include "pipeline/local_files.h"
#include "pipeline/plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace freshet::pipeline;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Problems problems;
    Value root = read_yaml(text, problems);
    const Parameters parameters = parameters_of(root, {{"A", "${B}"}}, problems);
    substitute(root, parameters, problems);
    const std::map<std::string, freshet::Bytes> attachments;
    const Surroundings surroundings{"000000000000", "us-east-1", true,       false,
                                    "python3.11",   parameters,  attachments};
    (void)local_files(root);
    const auto resources = read_resources(root, surroundings, problems);
    for (const Named& named : resources) (void)named.resource->wanted();
    (void)problems.text("f");
    return 0;
}
