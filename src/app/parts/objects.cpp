// The object engine and S3.
#include "objects/objects.h"

#include "app/part.h"
#include "aws/any_core.h"
#include "aws/services/s3/s3.h"
#include "objects/extent_store.h"
#include "objects/store.h"

namespace freshet::app {
namespace {

std::vector<meta::Migration> migrations() {
    auto all = objects::store::migrations();
    for (const auto& migration : objects::store::extent_migrations()) all.push_back(migration);
    return all;
}

class ObjectsPart final : public Part {
  public:
    ObjectsPart(const Foundation& foundation, Services&)
        : Part(foundation.cores.at(foundation.cores.size() - 1)),
          objects_(home(), foundation.database, foundation.disk,
                   foundation.config.data_dir + "/objects",
                   foundation.config.data_dir + "/keys/objects.keys", foundation.pool) {}
    Result<> open(const Foundation& foundation, Services& services) {
        const objects::Objects::Found found{foundation.directory.run(),
                                            foundation.directory.is_objects_newer()};
        if (auto opened = objects_.open(found, foundation.clock.now()); !opened) return opened;
        aws::register_s3(foundation.router, aws::any_core(), objects_);
        services.add(objects_);
        return {};
    }
    void start(const std::string&) override { objects_.start(); }
    io::Task<void> stop() override { return objects_.stop(); }

  private:
    objects::Objects objects_;
};

}  // namespace

PartKind objects_part() { return {"objects", migrations, make_part<ObjectsPart>}; }

}  // namespace freshet::app
