// Encryption at rest of a delivery stream: turned on and off, and what is put meanwhile.
#include <fmt/format.h>

#include "base/log.h"
#include "delivery/delivery.h"
#include "delivery/limits.h"

namespace freshet::delivery {
namespace {

Failure not_direct(const DeliveryStream& stream) {
    return fail(Errc::invalid_argument,
                fmt::format("Server-side encryption can be changed only for a delivery stream of "
                            "type DirectPut; {} reads from a Kinesis stream.",
                            stream.key.name));
}

}  // namespace

void Deliveries::take_key(const DeliveryStream& stream) {
    if (auto added = parts_.seals.add(stream.id, *stream.at_rest); !added)
        log_error("delivery", "a key is not available",
                  {{"name", stream.key.name}, {"reason", added.error().message()}});
}

Result<log::Append> Deliveries::batch_of(const DeliveryStream& stream,
                                         std::vector<Bytes> records) const {
    if (!stream.is_sealing()) return log::Append{stream.inbox, std::move(records), {}};
    for (Bytes& record : records) {
        FRESHET_TRY(sealed, parts_.seals.seal(stream.id, record.view()));
        record = std::move(*sealed);
    }
    return log::Append{stream.at_rest->inbox, std::move(records), {}};
}

Result<> Deliveries::take_sealing_call(DeliveryStream& stream) const {
    if (!parts_.has_aws_limits) return {};
    const Timestamp now = parts_.home.now();
    std::vector<Timestamp>& calls = stream.sealing_calls;
    std::erase_if(calls,
                  [now](Timestamp call) { return call + limits::sealing_calls_window <= now; });
    if (calls.size() == limits::sealing_calls_max)
        return fail(Errc::limit,
                    fmt::format("Encryption of the delivery stream {} was started and stopped {} "
                                "times in 24 hours, which is the limit",
                                stream.key.name, limits::sealing_calls_max));
    calls.push_back(now);
    return {};
}

io::Task<Result<>> Deliveries::start_sealing(DeliveryKey key, std::string key_arn) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    DeliveryStream stream = **found;
    if (stream.source) co_return not_direct(stream);
    if (auto may = take_sealing_call(stream); !may) co_return may;
    const bool is_first = !stream.at_rest;
    if (is_first) {
        auto made = co_await parts_.pool.run([&] { return parts_.seals.make(stream.id, 0); });
        if (!made) co_return pass(made);
        stream.at_rest = AtRest{{}, false, "", made->master, std::move(made->wrapped)};
        if (auto added = parts_.seals.add(stream.id, *stream.at_rest); !added) co_return added;
    }
    stream.at_rest->is_on = true;
    stream.at_rest->key_arn = std::move(key_arn);
    auto saved = co_await parts_.database.write([&](meta::Txn& txn) -> Result<> {
        if (is_first) {
            if (auto made = store::make_sealed_inbox(txn, stream); !made) return made;
        }
        return store::update(txn, stream);
    });
    if (!saved) co_return saved;
    if (is_first) parts_.log.add(stream.at_rest->inbox);
    take_change(std::move(stream));
    co_return Result<>();
}

io::Task<Result<>> Deliveries::stop_sealing(DeliveryKey key) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    DeliveryStream stream = **found;
    if (stream.source) co_return not_direct(stream);
    if (auto may = take_sealing_call(stream); !may) co_return may;
    if (!stream.is_sealing() && !parts_.has_aws_limits) co_return Result<>();
    if (stream.at_rest) stream.at_rest->is_on = false;
    auto saved = co_await save(std::move(stream));
    co_return saved;
}

}  // namespace freshet::delivery
