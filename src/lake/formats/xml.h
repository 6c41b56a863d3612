// XML by the name of its rows' element.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "lake/classify.h"

namespace freshet::lake {

bool begins_as_xml(std::string_view text);

/// Columns are the children and the attributes ("_name") of the elements `row_tag`, in the order in
/// which they were seen. A cut text is read as far as it goes, without its last row.
std::expected<Classified, std::string> classify_xml(std::string_view text,
                                                    const std::string& row_tag, bool is_whole);

}  // namespace freshet::lake
