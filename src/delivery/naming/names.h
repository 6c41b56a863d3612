// The names of the objects of a cut. They follow from the stream, its version, the oldest record
// and the first position of each partition: the same records always make the same names.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "delivery/naming/prefix.h"
#include "delivery/store.h"
#include "delivery/types.h"

namespace freshet::delivery {

class CutNames {
  public:
    CutNames(const DeliveryStream& stream, const std::vector<CutRange>& ranges, Timestamp oldest);

    /// For a prefix of the destination: its oldest record, time zone and seed.
    PrefixInput input() const;
    /// "out-1-2026-01-01-00-00-00-UUID". `part`: which of the objects of the cut; "" for the only
    /// one.
    std::string object(Timestamp oldest, std::string_view part) const;
    /// The UUID of `part`.
    std::string uuid(std::string_view part) const;

  private:
    std::string stream_, position_;
    int version_;
    Timestamp oldest_;
    const TimeZone* zone_;
    std::uint64_t seed_;
};

/// The beginning of the key of an error object.
std::string error_prefix(const std::optional<std::string>& prefix,
                         const std::optional<std::string>& error_prefix, PrefixInput input,
                         const std::string& type);

}  // namespace freshet::delivery
