// Whose a resource is, and which one. Services name resources with these types and never with an
// ARN: only the rim (src/aws, the ports of src/app) builds and parses that text.
#pragma once
#include <compare>
#include <string>

namespace freshet {

/// The account of twelve digits and the region: names are unique within one.
struct Home {
    std::string account, region;
    auto operator<=>(const Home&) const = default;
};

/// The name (or the id that a user chose) of a resource of one kind: `using StreamKey =
/// ResourceName<Stream>`. Names of two kinds are two types.
template <class Kind>
struct ResourceName {
    using Of = Kind;
    Home home;
    std::string name;
    auto operator<=>(const ResourceName&) const = default;
};

}  // namespace freshet
