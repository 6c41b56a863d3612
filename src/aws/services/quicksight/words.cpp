#include "aws/services/quicksight/words.h"

namespace freshet::aws::quicksight_words {

std::unexpected<Fault> refuse(const char* code, std::string message) {
    return std::unexpected(Fault{code, std::move(message)});
}

std::unexpected<Fault> refuse(const freshet::Error& error) {
    using dashboards::Errc;
    if (!error.is_of<Errc>()) return refuse("InternalFailureException", error.message());
    switch (error.as<Errc>()) {
        case Errc::not_found:
            return refuse("ResourceNotFoundException", error.message());
        case Errc::exists:
            return refuse("ResourceExistsException", error.message());
        case Errc::invalid:
            return refuse("InvalidParameterValueException", error.message());
        case Errc::in_use:
            return refuse("ConflictException", error.message());
        case Errc::unavailable:
            return refuse("InternalFailureException", error.message());
    }
    return refuse("InternalFailureException", error.message());
}

std::string arn_of(const char* kind, const dashboards::Key& key) {
    return fmt::format("arn:aws:quicksight:{}:{}:{}/{}", key.region, key.account, kind, key.id);
}

Answer<std::string> id_of(const char* kind, const Caller& caller, const std::string& arn) {
    const std::string head = arn_of(kind, {caller.account(), caller.region(), ""});
    if (!arn.starts_with(head) || arn.size() == head.size())
        return invalid(fmt::format("{} is no ARN of a {} of this account and region.", arn, kind));
    return arn.substr(head.size());
}

Answer<dashboards::Key> key_of(const Caller& caller, const std::string& account, std::string id) {
    if (account != caller.account())
        return refuse(
            "AccessDeniedException",
            fmt::format("The caller is of account {}, not of {}.", caller.account(), account));
    return dashboards::Key{caller.account(), caller.region(), std::move(id)};
}

}  // namespace freshet::aws::quicksight_words
