// What the command line and the server say to one another at /_freshet/api/pipeline/, as JSON by
// the same tables and codec as AWS's shapes (docs/pipeline-file.md).
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "aws/protocol/shape.h"
#include "base/bytes.h"

namespace freshet::pipeline {

struct Request {
    std::string file_name;  ///< for messages only
    std::string text;
    std::vector<std::pair<std::string, std::string>> parameters;
    std::vector<std::pair<std::string, Bytes>> attachments;  ///< by place, "functions.f.code"
    bool is_dry_run = false;
    bool empties_buckets = false;
    static const aws::Shape& shape();
};

struct Difference {
    std::string field, is, wanted;
};

struct Step {
    std::string kind, name;
    std::string action;   ///< create, update, unchanged, replace; remove, absent
    std::string outcome;  ///< done, planned, failed, "not reached"
    std::string message;  ///< of what failed, or prevents it
    std::vector<Difference> differences;
};

struct Report {
    std::vector<Step> steps;
    std::string problem;  ///< "" when all is as the file says
    static const aws::Shape& shape();
};

}  // namespace freshet::pipeline
