#include "delivery/delivery.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/log.h"
#include "delivery/check_destination.h"
#include "delivery/conversion/plan.h"
#include "delivery/limits.h"
#include "delivery/stages/plan.h"
#include "io/steady_time.h"

namespace freshet {
const ErrorDomain& ErrorTraits<delivery::Errc>::domain() {
    static const ErrorDomain domain{"delivery"};
    return domain;
}
}  // namespace freshet

namespace freshet::delivery {

namespace {

void measure_put(Meter& meter, Deliveries::PutVerb verb, std::size_t records, std::size_t bytes,
                 double milliseconds) {
    const bool is_batch = verb == Deliveries::PutVerb::batch;
    meter.add(is_batch ? Metric::batch_bytes : Metric::put_bytes, static_cast<double>(bytes));
    meter.add(is_batch ? Metric::batch_latency : Metric::put_latency, milliseconds);
    meter.add(is_batch ? Metric::batch_requests : Metric::put_requests, 1);
    if (is_batch) meter.add(Metric::batch_records, static_cast<double>(records));
}

}  // namespace

Deliveries::~Deliveries() = default;

Result<> Deliveries::load() {
    if (auto loaded = parts_.seals.load(); !loaded) return loaded;
    return parts_.database.read_now([&](const meta::Connection& connection) -> Result<> {
        auto all = store::load(connection);
        if (!all) return pass(all);
        for (store::Loaded& one : *all) {
            const DeliveryKey key = one.stream.key;
            if (one.stream.at_rest) take_key(one.stream);
            pipes_.emplace(key, std::make_unique<Pipe>(parts_, std::move(one), ahead_));
        }
        return {};
    });
}

void Deliveries::start() {
    for (const auto& [key, pipe] : pipes_) pipe->start();
}

io::Task<void> Deliveries::stop() {
    for (const auto& [key, pipe] : pipes_) co_await pipe->stop();
}

Result<const DeliveryStream*> Deliveries::find(const DeliveryKey& key) const {
    const auto found = pipes_.find(key);
    if (found == pipes_.end())
        return fail(Errc::not_found, fmt::format("Firehose {} under account {} not found.",
                                                 key.name, key.home.account));
    return &found->second->stream();
}

std::vector<DeliveryKey> Deliveries::keys() const {
    std::vector<DeliveryKey> all;
    for (const auto& [key, pipe] : pipes_) all.push_back(key);
    return all;
}

std::vector<const DeliveryStream*> Deliveries::list(const Home& home,
                                                    const std::string& after) const {
    std::vector<const DeliveryStream*> found;
    for (auto at = pipes_.upper_bound({home, after}); at != pipes_.end(); ++at) {
        if (at->first.home != home) break;
        found.push_back(&at->second->stream());
    }
    return found;
}

io::Task<Result<>> Deliveries::check_schema(DeliveryKey key, Destination destination,
                                            std::map<std::string, std::string> tags) {
    auto plan = conversion_plan_of(destination, input_of(tags));
    if (!plan) co_return pass(plan);
    auto schema = co_await parts_.converter.schema(std::move(key), std::move(*plan));
    if (!schema) co_return pass(schema);
    co_return Result<>();
}

io::Task<Result<>> Deliveries::check(DeliveryKey key, Destination destination,
                                     std::map<std::string, std::string> tags) {
    if (auto good = check_destination(destination); !good) co_return good;
    if (destination.options.is_converting()) {
        auto good = co_await check_schema(std::move(key), destination, std::move(tags));
        if (!good) co_return good;
    }
    auto plan = plan_of(destination);
    if (!plan) co_return pass(plan);
    if (plan->query.empty()) co_return Result<>();
    auto good = co_await parts_.pool.run([&] { return parts_.extractor.check(plan->query); });
    if (!good && good.error().is(Errc::invalid_argument))
        co_return fail(
            Errc::invalid_argument,
            fmt::format("MetadataExtractionQuery is not valid: {}", good.error().message()));
    co_return good;
}

io::Task<Result<>> Deliveries::create(DeliveryKey key, Destination destination,
                                      std::optional<KinesisSource> source,
                                      std::map<std::string, std::string> tags) {
    if (auto good = co_await check(key, destination, tags); !good) co_return good;
    auto turn = co_await changing_.take();
    if (pipes_.contains(key))
        co_return fail(Errc::in_use, fmt::format("Firehose {} under accountId {} already exists",
                                                 key.name, key.home.account));
    store::Loaded loaded;
    loaded.stream.key = key;
    loaded.stream.created = parts_.home.now();
    loaded.stream.destination = std::move(destination);
    loaded.stream.tags = std::move(tags);
    if (source) {
        auto partitions = parts_.source.partitions(source->stream);
        if (!partitions) co_return pass(partitions);
        source->started = parts_.home.now();
        loaded.stream.source = std::move(source);
        for (const log::PartitionId partition : *partitions) {
            auto tail = parts_.log.tail(partition);
            if (!tail) co_return pass(tail);
            loaded.positions[*partition] = tail->next;
        }
    }
    auto saved = co_await parts_.database.write([&loaded](meta::Txn& txn) -> Result<> {
        if (auto inserted = store::insert(txn, loaded.stream); !inserted) return inserted;
        for (const auto& [partition, next] : loaded.positions) {
            if (auto set =
                    store::set_position(txn, loaded.stream.id, log::PartitionId(partition), next);
                !set)
                return set;
        }
        return {};
    });
    if (!saved) co_return saved;
    parts_.log.add(loaded.stream.inbox);
    auto pipe = std::make_unique<Pipe>(parts_, std::move(loaded), ahead_);
    pipe->start();
    pipes_[key] = std::move(pipe);
    log_info("delivery", "created", {{"name", key.name}});
    co_return Result<>();
}

io::Task<Result<>> Deliveries::remove(DeliveryKey key) {
    auto turn = co_await changing_.take();
    const auto found = pipes_.find(key);
    if (found == pipes_.end())
        co_return fail(Errc::not_found, fmt::format("Firehose {} under account {} not found.",
                                                    key.name, key.home.account));
    const std::unique_ptr<Pipe> pipe = std::move(found->second);
    pipes_.erase(found);
    co_await pipe->stop();
    const DeliveryStream stream = pipe->stream();
    auto removed = co_await parts_.database.write(
        [&stream](meta::Txn& txn) { return store::remove(txn, stream); });
    if (!removed) co_return removed;
    parts_.seals.remove(stream.id);
    quotas_.forget(stream.id);
    co_await parts_.pool.run([&] {
        parts_.log.drop(stream.inbox);
        if (stream.at_rest) parts_.log.drop(stream.at_rest->inbox);
    });
    co_return Result<>();
}

io::Task<Result<>> Deliveries::save(DeliveryStream changed) {
    auto saved = co_await parts_.database.write(
        [&changed](meta::Txn& txn) { return store::update(txn, changed); });
    if (saved) take_change(std::move(changed));
    co_return saved;
}

void Deliveries::take_change(DeliveryStream changed) {
    const auto found = pipes_.find(changed.key);
    if (found != pipes_.end() && found->second->stream().id == changed.id)
        found->second->change(std::move(changed));
}

io::Task<Result<>> Deliveries::update(DeliveryKey key, int version, Destination destination) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    DeliveryStream stream = **found;
    if (version != stream.version) {
        co_return fail(Errc::wrong_version,
                       fmt::format("Cannot update firehose: {} since the current version id: {} "
                                   "and specified version id: {} do not match",
                                   key.name, stream.version, version));
    }
    if (auto good = check_change(stream.destination, destination); !good) co_return good;
    if (auto good = co_await check(key, destination, stream.tags); !good) co_return good;
    stream.destination = std::move(destination);
    stream.version = version + 1;
    stream.updated = parts_.home.now();
    auto saved = co_await save(std::move(stream));
    co_return saved;
}

io::Task<Result<>> Deliveries::change_tags(DeliveryKey key, std::map<std::string, std::string> set,
                                           std::vector<std::string> removed) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    std::map<std::string, std::string> tags = (*found)->tags;
    for (auto& [name, value] : set) tags[name] = std::move(value);
    for (const std::string& name : removed) tags.erase(name);
    if (tags.size() > limits::tags_max)
        co_return fail(Errc::limit,
                       fmt::format("A delivery stream has at most {} tags", limits::tags_max));
    DeliveryStream stream = **found;
    const bool reads_otherwise = input_of(tags) != input_of(stream.tags);
    if (stream.destination.options.is_converting() && reads_otherwise) {
        auto good = co_await check_schema(key, stream.destination, tags);
        if (!good) co_return good;
    }
    stream.tags = std::move(tags);
    auto saved = co_await save(std::move(stream));
    co_return saved;
}

/// The records that a quota has room for stay.
Result<> Deliveries::throttle(const DeliveryStream& stream, std::vector<Bytes>& records) {
    if (!parts_.has_aws_limits) return {};
    const std::size_t taken =
        quotas_.take_put(stream.id, stream.key.home.region, records, parts_.home.now());
    if (const auto pipe = pipes_.find(stream.key); pipe != pipes_.end())
        pipe->second->meter().add(Metric::throttled_records,
                                  static_cast<double>(records.size() - taken));
    if (taken == 0) return fail(Errc::throttled, throttled_words);
    records.resize(taken);
    return {};
}

bool Deliveries::take_call(std::string_view operation, const Home& home) {
    return !parts_.has_aws_limits || quotas_.take_call(operation, home, parts_.home.now());
}

std::optional<PutQuota> Deliveries::quota(const DeliveryKey& key) const {
    const auto found = find(key);
    if (!parts_.has_aws_limits || !found || (*found)->source) return std::nullopt;
    return put_quota(key.home.region);
}

io::Task<Result<Deliveries::Put>> Deliveries::put(DeliveryKey key, std::vector<Bytes> records,
                                                  PutVerb verb) {
    const auto began = io::monotonic_now();
    auto found = find(key);
    if (!found) co_return pass(found);
    if ((*found)->source) {
        co_return fail(Errc::wrong_source,
                       fmt::format("This operation is not permitted on KinesisStreamAsSource "
                                   "delivery stream type: {}.",
                                   key.name));
    }
    if (auto may = throttle(**found, records); !may) co_return pass(may);
    std::vector<log::Append> batch;
    const std::size_t count = records.size();
    std::size_t bytes = 0;
    for (const Bytes& record : records) bytes += record.size();
    auto prepared = batch_of(**found, std::move(records));
    if (!prepared) co_return pass(prepared);
    batch.push_back(std::move(*prepared));
    auto appended = co_await parts_.log.append(std::move(batch));
    if (!appended) co_return fail(Errc::unavailable, appended.error().message());
    const std::chrono::duration<double, std::milli> took = io::monotonic_now() - began;
    if (const auto pipe = pipes_.find(key); pipe != pipes_.end()) {
        pipe->second->count_put(count, bytes);
        measure_put(pipe->second->meter(), verb, count, bytes, took.count());
    }
    co_return Put{appended->front().first, count};
}

io::Task<Result<>> Deliveries::append(DeliveryKey key, std::vector<Bytes> records,
                                      log::Token token) {
    auto found = find(key);
    if (!found) co_return pass(found);
    std::vector<log::Append> batch;
    auto prepared = batch_of(**found, std::move(records));
    if (!prepared) co_return pass(prepared);
    prepared->token = token;
    batch.push_back(std::move(*prepared));
    auto appended = co_await parts_.log.append(std::move(batch));
    if (!appended) co_return fail(Errc::unavailable, appended.error().message());
    co_return Result<>();
}

Result<Figures> Deliveries::figures(const DeliveryKey& key) const {
    const auto found = pipes_.find(key);
    if (found == pipes_.end()) return fail(Errc::not_found, key.name);
    return found->second->figures();
}

std::vector<Measured> Deliveries::take_measured(const DeliveryKey& key) {
    const auto found = pipes_.find(key);
    return found == pipes_.end() ? std::vector<Measured>() : found->second->meter().take();
}

Millis Deliveries::behind(const DeliveryKey& key) const {
    const auto found = pipes_.find(key);
    return found == pipes_.end() ? Millis(0) : found->second->behind();
}

std::map<std::uint64_t, Place> Deliveries::places(const DeliveryKey& key) const {
    const auto found = pipes_.find(key);
    return found == pipes_.end() ? std::map<std::uint64_t, Place>() : found->second->places();
}

}  // namespace freshet::delivery
