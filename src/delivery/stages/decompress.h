// Decompression and CloudWatchLogProcessing. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace freshet::delivery {

/// All members of a gzip text, one after the other. Nothing when it is damaged, cut off, followed
/// by something else, or larger than `bytes_max`.
std::optional<std::string> gunzip(std::string_view text, std::size_t bytes_max);

/// The messages of a payload of CloudWatch Logs, each with a line break: "" for a control message.
/// Nothing when it is not such a payload.
std::optional<std::string> log_messages(std::string_view payload);

}  // namespace freshet::delivery
