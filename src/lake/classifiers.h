// The classifiers that users make: kept, and given to the crawlers that name them.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "io/core.h"
#include "io/turn.h"
#include "lake/errors.h"
#include "lake/formats/custom.h"
#include "meta/database.h"

namespace freshet::lake {

/// Life: load() before the core runs, then calls on the home core in any order. Changes complete
/// when they are durable. Pointers from find() and list() are good until the caller waits.
class Classifiers {
  public:
    Classifiers(io::Core& home, meta::Database& database)
        : home_(home), database_(database), changing_(home) {}
    Result<> load();
    io::Core& home() { return home_; }

    /// Errc::exists, Errc::invalid with the reason why no file can be judged by it.
    io::Task<Result<>> create(CustomClassifier wanted);
    Result<const CustomClassifier*> find(const ClassifierKey& key) const;
    std::vector<const CustomClassifier*> list(const Home& home) const;
    /// `change` sets what a user may set; false from it: the classifier is of another kind.
    io::Task<Result<>> update(ClassifierKey key, std::function<bool(CustomClassifier&)> change);
    io::Task<Result<>> remove(ClassifierKey key);

  private:
    io::Core& home_;
    meta::Database& database_;
    std::map<ClassifierKey, CustomClassifier> all_;
    io::Turn changing_;
};

}  // namespace freshet::lake
