// The tables of the log store; the only file of it that touches the database.
#pragma once
#include "meta/shape.h"
#include "monitor/logs.h"

namespace freshet::monitor::store {

std::vector<meta::Shape> shapes();
Result<> write(meta::Txn& txn, const GroupKey& group, const std::string& stream,
               const std::vector<Line>& lines, Timestamp now);
Result<std::vector<Group>> groups(const meta::Connection& connection, const Home& home,
                                  const std::string& prefix);
/// Errc::not_found for a group that is not there.
Result<std::vector<Stream>> streams(const meta::Connection& connection, const GroupKey& group,
                                    const std::string& prefix);
Result<std::vector<Event>> events(const meta::Connection& connection, const GroupKey& group,
                                  const EventRequest& request);

}  // namespace freshet::monitor::store
