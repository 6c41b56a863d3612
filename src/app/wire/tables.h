// Makes the table service.
#pragma once
#include <memory>

#include "app/context.h"
#include "tables/tables.h"

namespace freshet::app {

class WiredTables {
  public:
    static std::vector<meta::Migration> migrations();
    static std::unique_ptr<WiredTables> make(Context& context);

  private:
    std::unique_ptr<tables::Tables> tables_;
};

}  // namespace freshet::app
