// The pipeline of one account and region as a graph, from what the services say of themselves.
#pragma once
#include "console/graph.h"
#include "console/parts.h"
#include "console/rates.h"

namespace freshet::console {

/// Home core.
io::Task<Graph> overview(const Parts& parts, const Rates& rates, Home home);

/// The name of a counter in Rates: "records stream 000000000000 us-east-1 crimes".
std::string counter_id(std::string_view what, std::string_view kind, const Home& home,
                       const std::string& name);
/// Notes the counters of everything that runs, of all accounts.
void sample(const Parts& parts, Rates& rates);

}  // namespace freshet::console
