// Changes of an application by an edit that may refuse in AWS's words.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "aws/services/kinesisanalytics/words.h"

namespace freshet::aws::analytics_words {

/// An edit may refuse in AWS's words; they are carried past the service in `fault`.
template <class Edit>
io::Task<Answer<void>> change(analytics::Applications& applications, analytics::ApplicationKey key,
                              std::int64_t version, Edit edit) {
    std::optional<Fault> fault;
    auto changed = co_await applications.change(
        std::move(key), version, [&](analytics::Application& application) -> Result<> {
            Answer<void> edited = edit(application);
            if (edited) return {};
            fault = std::move(edited.error());
            return fail(analytics::Errc::invalid_argument, fault->message);
        });
    if (fault) co_return std::unexpected(std::move(*fault));
    if (!changed) co_return refuse(changed.error());
    co_return Answer<void>();
}

template <class Part>
Answer<Part*> find_id(std::vector<Part>& parts, const std::string& id) {
    const auto found = std::ranges::find(parts, id, &Part::id);
    if (found == parts.end())
        return refuse("ResourceNotFoundException",
                      fmt::format("The application has no part with the id {}", id));
    return &*found;
}

}  // namespace freshet::aws::analytics_words
