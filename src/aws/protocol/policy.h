// Policy documents: what each of them has, whatever it permits.
#pragma once
#include <string>
#include <string_view>

namespace freshet::aws {

/// What is wrong with the form of a policy document, as IAM words it; "" when nothing is: it is a
/// JSON object whose Statement is an object or a list of objects.
std::string policy_fault(std::string_view document);

}  // namespace freshet::aws
