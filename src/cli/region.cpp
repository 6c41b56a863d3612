#include "cli/region.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <vector>

#include "base/text/nearest.h"

namespace freshet::cli {
namespace {

/// Area, part of the area, number: us-east-1, us-gov-west-1, eusc-de-east-1.
constexpr const char* form =
    "(?:(?:us|eu|ap|sa|ca|me|af|il|mx|cn)(?:-gov|-iso[a-z]?)?|eusc-[a-z]{2})"
    "-(?:central|(?:north|south)(?:east|west)?|east|west)-[1-9]";

const std::vector<std::string> known{
    "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2",      "af-south-1",
    "ap-east-1",      "ap-east-2",      "ap-south-1",     "ap-south-2",     "ap-northeast-1",
    "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",
    "ca-west-1",      "cn-north-1",     "cn-northwest-1", "eu-central-1",   "eu-central-2",
    "eu-north-1",     "eu-south-1",     "eu-south-2",     "eu-west-1",      "eu-west-2",
    "eu-west-3",      "il-central-1",   "me-central-1",   "me-south-1",     "mx-central-1",
    "sa-east-1",      "us-gov-east-1",  "us-gov-west-1"};

}  // namespace

std::string problem_of_region(const std::string& region) {
    if (RE2::FullMatch(region, form)) return "";
    const std::string near = did_you_mean(region, known);
    return fmt::format("there is no region '{}'{}", region,
                       near.empty() ? "; they are named like us-east-1" : near);
}

}  // namespace freshet::cli
