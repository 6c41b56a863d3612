// Time zones by their IANA names, read from the system's zone files (RFC 8536, TZif).
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

/// What holds in a zone for a while.
struct ZonePeriod {
    std::int64_t offset_s = 0;  ///< east of UTC
    std::string abbreviation;   ///< "CDT"
};

class TimeZone {
  public:
    /// "America/Chicago"; lives as long as the program. Null when there is no such zone. Any
    /// thread.
    static const TimeZone* find(std::string_view name);
    ~TimeZone();
    const std::string& name() const { return name_; }
    /// Seconds since the epoch; also after the last change that the file names.
    const ZonePeriod& at(std::int64_t instant) const;

  private:
    struct Rules;
    TimeZone(std::string name, std::unique_ptr<Rules> rules);
    std::string name_;
    std::unique_ptr<Rules> rules_;
};

}  // namespace freshet
