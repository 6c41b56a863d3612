// Makes the object engine and S3.
#pragma once
#include <memory>

#include "app/context.h"
#include "objects/objects.h"

namespace freshet::app {

class WiredObjects {
  public:
    static std::vector<meta::Migration> migrations();
    static Result<std::unique_ptr<WiredObjects>> make(Context& context);
    void start() { objects_->start(); }
    io::Task<void> stop();
    objects::Objects& objects() { return *objects_; }

  private:
    std::unique_ptr<objects::Objects> objects_;
};

}  // namespace freshet::app
