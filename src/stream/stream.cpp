#include "stream/stream.h"

#include "stream/store.h"

namespace freshet {
const ErrorDomain& ErrorTraits<stream::Errc>::domain() {
    static const ErrorDomain domain{"stream"};
    return domain;
}
}  // namespace freshet

namespace freshet::stream {

Streams::Streams(io::Core& home, meta::Database& database, log::Log& log, io::Pool& pool,
                 io::Disk& disk, std::string key_file, Options options)
    : database_(database),
      log_(log),
      live_(home, database, options),
      loops_(home),
      accounts_(live_, database),
      encryption_(live_, database, pool, disk, std::move(key_file)),
      shards_(live_, accounts_, database, log, pool, loops_),
      records_(live_, encryption_, log, pool, token_key_),
      fan_out_(live_, records_, database, log, pool),
      retention_(live_, shards_, fan_out_, database, log, pool, loops_),
      catalog_({live_, accounts_, shards_, fan_out_}, database, log, pool, loops_, token_key_),
      watch_(live_, records_, log, pool) {}

Streams::~Streams() = default;

Result<> Streams::load() {
    store::Loaded loaded;
    auto read = database_.read_now([&](const meta::Connection& connection) -> Result<> {
        auto found = store::load(connection);
        if (!found) return pass(found);
        loaded = std::move(*found);
        return {};
    });
    if (!read) return read;
    for (Stream& stream : loaded.streams) live_.add(std::move(stream));
    accounts_.load(std::move(loaded.commitments));
    if (auto keys = encryption_.load(loaded.keys); !keys) return keys;
    for (const store::Unsettled& unsettled : loaded.unsettled) {
        if (auto recovered = shards_.recover(unsettled); !recovered) return recovered;
    }
    shards_.hold_times();
    return database_.write_now([&](meta::Txn& txn) -> Result<> {
        auto key = store::iterator_key(txn);
        if (!key) return pass(key);
        token_key_ = std::move(*key);
        return {};
    });
}

void Streams::start() {
    retention_.start();
    shards_.start();
    catalog_.start();
}

io::Task<void> Streams::stop() {
    loops_.stop.request();
    co_await loops_.scope.join();
}

}  // namespace freshet::stream
