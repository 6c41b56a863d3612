// Buckets and their settings. What a request needs of them comes from memory (known_buckets.h);
// whoever changes one forgets it there before the answer.
#include "objects/objects.h"
#include "objects/store.h"

namespace freshet::objects {

io::Task<Result<>> Objects::create_bucket(std::string account, std::string region, std::string name,
                                          Settings settings) {
    const Bucket bucket{0, std::move(account), std::move(region), std::move(name),
                        io::Core::current()->now()};
    auto made = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto old = store::find_bucket(txn, bucket.name);
        if (old)
            return fail(old->account == bucket.account ? Errc::bucket_exists : Errc::bucket_taken,
                        bucket.name);
        if (!old.error().is(Errc::no_bucket)) return pass(old);
        if (auto made_it = store::insert_bucket(txn, bucket); !made_it) return made_it;
        const std::int64_t id = txn.last_row_id();
        for (const auto& [setting, value] : settings) {
            if (auto kept = store::set(txn, id, setting, value); !kept) return kept;
        }
        return {};
    });
    known_buckets_.forget(bucket.name);
    co_return made;
}

io::Task<Result<>> Objects::remove_bucket(std::string name) {
    auto removed = co_await database_.write([&name](meta::Txn& txn) -> Result<> {
        auto bucket = store::find_bucket(txn, name);
        if (!bucket) return pass(bucket);
        return store::remove_bucket(txn, *bucket);
    });
    known_buckets_.forget(name);
    co_return removed;
}

io::Task<Result<std::shared_ptr<const KnownBucket>>> Objects::known_bucket(std::string name) {
    if (auto known = known_buckets_.find(name)) co_return known;
    const std::uint64_t changes = known_buckets_.changes();
    auto read =
        co_await database_.read([&name](const meta::Connection& connection) -> Result<KnownBucket> {
            auto bucket = store::find_bucket(connection, name);
            if (!bucket) return pass(bucket);
            auto settings = store::settings(connection, bucket->id);
            if (!settings) return pass(settings);
            return KnownBucket{std::move(*bucket), std::move(*settings)};
        });
    if (!read) co_return pass(read);
    auto known = std::make_shared<const KnownBucket>(std::move(*read));
    known_buckets_.keep(known, changes);
    co_return known;
}

io::Task<Result<Bucket>> Objects::find_bucket(std::string name) {
    auto known = co_await known_bucket(std::move(name));
    if (!known) co_return pass(known);
    co_return (*known)->bucket;
}

io::Task<Result<std::vector<Bucket>>> Objects::list_buckets(std::string account) {
    auto found = co_await database_.read([&account](const meta::Connection& connection) {
        return store::list_buckets(connection, account);
    });
    co_return found;
}

io::Task<Result<Settings>> Objects::settings(std::string bucket) {
    auto known = co_await known_bucket(std::move(bucket));
    if (!known) co_return pass(known);
    co_return (*known)->settings;
}

io::Task<Result<>> Objects::set(std::string bucket, std::string name,
                                std::optional<std::string> value) {
    auto done = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        auto of = store::find_bucket(txn, bucket);
        if (!of) return pass(of);
        return store::set(txn, of->id, name, value);
    });
    known_buckets_.forget(bucket);
    co_return done;
}

io::Task<Result<Encryption>> Objects::default_encryption(std::string bucket) {
    auto found = co_await settings(std::move(bucket));
    if (!found && found.error().is(Errc::no_bucket)) co_return Encryption::none;
    if (!found) co_return pass(found);
    co_return found->contains(encryption_setting) ? Encryption::aes256 : Encryption::none;
}

}  // namespace freshet::objects
