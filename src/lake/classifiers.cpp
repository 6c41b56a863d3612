#include "lake/classifiers.h"

#include <fmt/format.h>

#include "lake/limits.h"
#include "lake/store.h"

namespace freshet::lake {

Result<> Classifiers::load() {
    return database_.read_now([this](const meta::Connection& connection) -> Result<> {
        auto all = store::load_classifiers(connection);
        if (!all) return pass(all);
        for (CustomClassifier& one : *all) all_.emplace(one.key, std::move(one));
        return {};
    });
}

Result<const CustomClassifier*> Classifiers::find(const ClassifierKey& key) const {
    const auto found = all_.find(key);
    if (found == all_.end())
        return fail(Errc::not_found,
                    fmt::format("Classifier entry with name {} does not exist", key.name));
    return &found->second;
}

std::vector<const CustomClassifier*> Classifiers::list(const Home& home) const {
    std::vector<const CustomClassifier*> found;
    for (const auto& [key, one] : all_) {
        if (key.home == home) found.push_back(&one);
    }
    return found;
}

io::Task<Result<>> Classifiers::create(CustomClassifier wanted) {
    auto turn = co_await changing_.take();
    if (all_.contains(wanted.key))
        co_return fail(Errc::exists,
                       fmt::format("Classifier with name {} already exists", wanted.key.name));
    if (auto good = check_classifier(wanted); !good) co_return fail(Errc::invalid, good.error());
    if (list(wanted.key.home).size() >= limits::classifiers_max)
        co_return fail(Errc::invalid, fmt::format("Resource limit exceeded: {} classifiers",
                                                  limits::classifiers_max));
    wanted.created = wanted.updated = home_.now();
    auto written = co_await database_.write(
        [&](meta::Txn& txn) { return store::put_classifier(txn, wanted); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    const ClassifierKey key = wanted.key;
    all_[key] = std::move(wanted);
    co_return Result<>();
}

io::Task<Result<>> Classifiers::update(ClassifierKey key,
                                       std::function<bool(CustomClassifier&)> change) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    CustomClassifier changed = **found;
    if (!change(changed))
        co_return fail(Errc::invalid, fmt::format("Classifier {} is of another kind", key.name));
    if (auto good = check_classifier(changed); !good) co_return fail(Errc::invalid, good.error());
    changed.updated = home_.now();
    ++changed.version;
    auto written = co_await database_.write(
        [&](meta::Txn& txn) { return store::put_classifier(txn, changed); });
    if (!written) co_return fail(Errc::unavailable, written.error().message());
    all_[key] = std::move(changed);
    co_return Result<>();
}

io::Task<Result<>> Classifiers::remove(ClassifierKey key) {
    auto turn = co_await changing_.take();
    auto found = find(key);
    if (!found) co_return pass(found);
    auto removed = co_await database_.write(
        [id = (*found)->id](meta::Txn& txn) { return store::remove_classifier(txn, id); });
    if (!removed) co_return fail(Errc::unavailable, removed.error().message());
    all_.erase(key);
    co_return Result<>();
}

}  // namespace freshet::lake
