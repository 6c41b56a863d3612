// What Kinesis refuses before it knows a request's operation, in the order and the words of AWS's
// own front: method, body, content type, then the signature's form.
#pragma once
#include <optional>
#include <string>

#include "aws/auth/authenticator.h"
#include "aws/fault.h"
#include "aws/http/body/held_body.h"
#include "aws/protocol/rest.h"
#include "aws/protocol/validate.h"
#include "io/http/http.h"

namespace freshet::aws::kinesis_words {

class KinesisGate {
  public:
    /// `demands_signatures`: a request without one is refused, as AWS does; else any caller may
    /// come.
    explicit KinesisGate(bool demands_signatures) : demands_signatures_(demands_signatures) {}

    /// Whether the target, the signature or the host ("kinesis.us-east-1.amazonaws.com") names
    /// Kinesis.
    static bool is_asked(const io::Headers& headers, const CredentialScope& scope);

    /// The refusal; nothing when the request may continue, its body unread or ready. `request` is
    /// the caller's and outlives the task.
    io::Task<std::optional<io::HttpResponse>> refuse(io::HttpRequest& request,
                                                     BodyBudget::Share& share) const;

    /// What is wrong with the form of the signature; nothing when it is whole. Signatures
    /// themselves are not verified.
    std::optional<Fault> signature_fault(const io::Headers& headers, const Pairs& query) const;

  private:
    bool demands_signatures_;
};

/// What the model does not say: a stream is named by its name or by its ARN, so that without both
/// the name is missing; a retention period is an hour at least, and 100,000
/// shards are more than any stream may have.
void demand_beyond_model(const Shape& input, const void* value, Violations& violations);

/// 72 random bytes as base64, which AWS sends with every answer of Kinesis.
std::string second_request_id();

}  // namespace freshet::aws::kinesis_words
