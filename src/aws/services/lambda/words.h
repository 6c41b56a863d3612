// What the files of the Lambda rim share: faults in Lambda's words, names of functions,
// descriptions.
#pragma once
#include <string>

#include "aws/errors.h"
#include "aws/model/lambda.h"
#include "aws/router.h"
#include "functions/functions.h"
#include "objects/objects.h"

namespace freshet::aws {
class CodeLinks;
}

namespace freshet::aws::lambda_words {

inline constexpr const char* latest = "$LATEST";

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);

std::string arn_of(const functions::FunctionKey& key);
/// Of the build of a runtime, "python3.13".
std::string runtime_arn(const std::string& region, const std::string& runtime);
/// Of an account's root user.
std::string account_arn(const std::string& account);
/// Whether a text begins as an ARN of IAM or STS.
bool is_identity_arn(const std::string& text);

/// A function as a request names it, and the version or the alias of it; "" when it names none.
struct FunctionRef {
    functions::FunctionKey key;
    std::string qualifier;
    /// With the qualifier, when there is one.
    std::string arn() const;
};
/// `name`: NAME, ACCOUNT:function:NAME or a whole ARN, each with or without ":QUALIFIER". A
/// qualifier of its own must be the same.
Answer<FunctionRef> ref_of(const Caller& caller, const std::string& name,
                           const std::optional<std::string>& qualifier = std::nullopt);

/// Versions and aliases are not built: $LATEST is all that a function has.
bool is_there(const functions::Functions& functions, const FunctionRef& ref);
Fault not_found(std::string arn);
/// A qualifier of digits is a version; of anything else, an alias.
bool is_version(const std::string& qualifier);

/// With the qualifier in its ARN when `ref` has one.
lambda::FunctionConfiguration describe(const functions::Functions& functions,
                                       const functions::Function& function,
                                       const std::string& qualifier = "");

void register_functions(Router& router, functions::Functions& functions, objects::Objects& objects,
                        const CodeLinks& links);
void register_calls(Router& router, functions::Functions& functions);
void register_policies(Router& router, functions::Functions& functions);

}  // namespace freshet::aws::lambda_words
