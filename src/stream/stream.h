// The stream service (Kinesis Data Streams): its parts, made and started in order. Streams live on
// one home core; the log below is shared by all cores.
#pragma once
#include <string>

#include "io/core.h"
#include "log/log.h"
#include "meta/database.h"
#include "stream/catalog/accounts.h"
#include "stream/catalog/catalog.h"
#include "stream/errors.h"
#include "stream/fan_out/fan_out.h"
#include "stream/limits.h"
#include "stream/live/live_streams.h"
#include "stream/options.h"
#include "stream/records/encryption.h"
#include "stream/records/records.h"
#include "stream/retention.h"
#include "stream/shards/shards.h"
#include "stream/types.h"
#include "stream/watch.h"

namespace freshet::stream {

/// Life: load() once, before the home core runs; then start(); stop() before it is destroyed. The
/// parts are used on the home core, from load() on. A verb that changes something completes after
/// the change is durable. What it is made with must outlive it; it must outlive those who hold a
/// part, and every Subscription.
class Streams {
  public:
    /// `key_file`: where the master keys of encrypted streams are, or will be.
    Streams(io::Core& home, meta::Database& database, log::Log& log, io::Pool& pool, io::Disk& disk,
            std::string key_file, Options options);
    ~Streams();
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;

    /// Reads the tables, and settles or discards a reshard that a crash cut short.
    Result<> load();
    void start();
    io::Task<void> stop();

    io::Core& home() { return live_.home(); }
    log::Log& log() { return log_; }

    Catalog& catalog() { return catalog_; }           ///< names, tags, policies, settings
    Accounts& accounts() { return accounts_; }        ///< usage, limits, commitments
    Shards& shards() { return shards_; }              ///< split, merge, count, mode
    Records& records() { return records_; }           ///< put, iterators, read
    Encryption& encryption() { return encryption_; }  ///< on, off; records of the log and back
    FanOut& fan_out() { return fan_out_; }            ///< consumers, subscriptions
    Retention& retention() { return retention_; }     ///< how long records are kept
    Watch& watch() { return watch_; }                 ///< figures, lags, looks

  private:
    meta::Database& database_;
    log::Log& log_;
    std::string token_key_;  ///< signs iterators and public ids
    LiveStreams live_;
    Loops loops_;
    Accounts accounts_;
    Encryption encryption_;
    Shards shards_;
    Records records_;
    FanOut fan_out_;
    Retention retention_;
    Catalog catalog_;
    Watch watch_;
};

}  // namespace freshet::stream
