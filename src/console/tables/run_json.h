// Runs of the maintenance of tables, and policies, as JSON.
#pragma once
#include <cstddef>
#include <optional>

#include "console/json_writer.h"
#include "maintenance/types.h"

namespace freshet::console {

void write_figures(JsonWriter& json, const maintenance::Figures& figures);
/// {"id", "state", ..., "notes": the first `notes_max`, "notes_total"}
void write_run(JsonWriter& json, const maintenance::Run& run, std::size_t notes_max);
/// null without one.
void write_policy(JsonWriter& json, const std::optional<maintenance::Policy>& policy);

}  // namespace freshet::console
