// The tables of the lake service; the only file of it that touches the database.
#pragma once
#include "lake/formats/custom.h"
#include "lake/types.h"
#include "meta/shape.h"

namespace freshet::lake::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();
Result<std::vector<Crawler>> load(const meta::Connection& connection);
/// Gives a new crawler its id.
Result<> put(meta::Txn& txn, Crawler& crawler);
/// Remembers limits::history_max of them.
Result<> add_crawl(meta::Txn& txn, std::int64_t id, const PastCrawl& crawl);
/// Why a crawl did what it did, of the last limits::explained_crawls_max; add_crawl() comes first.
Result<> add_reasons(meta::Txn& txn, std::int64_t id, const std::string& crawl,
                     const std::vector<std::string>& lines);
/// None when they are not kept any more.
Result<std::vector<std::string>> reasons(const meta::Connection& connection, std::int64_t id,
                                         const std::string& crawl);
/// Folders that a crawler has seen ("s3://bucket/prefix/"), and the location of the table of each.
Result<> add_folders(meta::Txn& txn, std::int64_t id,
                     const std::map<std::string, std::string>& folders);
Result<std::map<std::string, std::string>> folders(const meta::Connection& connection,
                                                   std::int64_t id);
Result<> remove(meta::Txn& txn, std::int64_t id);

Result<std::vector<CustomClassifier>> load_classifiers(const meta::Connection& connection);
/// Gives a new one its id.
Result<> put_classifier(meta::Txn& txn, CustomClassifier& classifier);
Result<> remove_classifier(meta::Txn& txn, std::int64_t id);

}  // namespace freshet::lake::store
