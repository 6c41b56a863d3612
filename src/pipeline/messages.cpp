#include "pipeline/messages.h"

#include <cstddef>

namespace freshet::pipeline {
namespace {

using aws::Kind;
using aws::Member;
using aws::Shape;

using TextMap = std::vector<std::pair<std::string, std::string>>;
using BlobMap = std::vector<std::pair<std::string, Bytes>>;

const Shape text_shape{.kind = Kind::string, .name = "Text"};
const Shape flag_shape{.kind = Kind::boolean, .name = "Flag"};
const Shape blob_shape{.kind = Kind::blob, .name = "Content"};
const Shape texts_shape{.kind = Kind::map,
                        .name = "Parameters",
                        .element = &text_shape,
                        .key = &text_shape,
                        .list = aws::map_ops<TextMap>};
const Shape blobs_shape{.kind = Kind::map,
                        .name = "Attachments",
                        .element = &blob_shape,
                        .key = &text_shape,
                        .list = aws::map_ops<BlobMap>};

const Member difference_members[] = {
    {"field", "field", &text_shape, offsetof(Difference, field)},
    {"is", "is", &text_shape, offsetof(Difference, is)},
    {"wanted", "wanted", &text_shape, offsetof(Difference, wanted)},
};
const Shape difference_shape{
    .kind = Kind::structure, .name = "Difference", .members = difference_members};
const Shape differences_shape{.kind = Kind::list,
                              .name = "Differences",
                              .element = &difference_shape,
                              .list = aws::list_ops<std::vector<Difference>>};

const Member step_members[] = {
    {"kind", "kind", &text_shape, offsetof(Step, kind)},
    {"name", "name", &text_shape, offsetof(Step, name)},
    {"action", "action", &text_shape, offsetof(Step, action)},
    {"outcome", "outcome", &text_shape, offsetof(Step, outcome)},
    {"message", "message", &text_shape, offsetof(Step, message)},
    {"differences", "differences", &differences_shape, offsetof(Step, differences)},
};
const Shape step_shape{.kind = Kind::structure, .name = "Step", .members = step_members};
const Shape steps_shape{.kind = Kind::list,
                        .name = "Steps",
                        .element = &step_shape,
                        .list = aws::list_ops<std::vector<Step>>};

const Member report_members[] = {
    {"steps", "steps", &steps_shape, offsetof(Report, steps)},
    {"problem", "problem", &text_shape, offsetof(Report, problem)},
};

const Member request_members[] = {
    {"file_name", "file_name", &text_shape, offsetof(Request, file_name)},
    {.name = "text",
     .wire = "text",
     .shape = &text_shape,
     .offset = offsetof(Request, text),
     .is_required = true},
    {"parameters", "parameters", &texts_shape, offsetof(Request, parameters)},
    {"attachments", "attachments", &blobs_shape, offsetof(Request, attachments)},
    {"dry_run", "dry_run", &flag_shape, offsetof(Request, is_dry_run)},
    {"empty_buckets", "empty_buckets", &flag_shape, offsetof(Request, empties_buckets)},
};

}  // namespace

const Shape& Request::shape() {
    static const Shape shape{
        .kind = aws::Kind::structure, .name = "Request", .members = request_members};
    return shape;
}

const Shape& Report::shape() {
    static const Shape shape{
        .kind = aws::Kind::structure, .name = "Report", .members = report_members};
    return shape;
}

}  // namespace freshet::pipeline
