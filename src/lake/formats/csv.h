// CSV as a user's classifier describes it: any delimiter and quote, with or without a header.
#pragma once
#include "lake/formats/custom.h"

namespace freshet::lake {

Verdict judge_csv(const CustomClassifier& classifier, const Bytes& text, bool is_whole);

/// The types that a CSV classifier may name.
bool is_csv_datatype(std::string_view name);

}  // namespace freshet::lake
