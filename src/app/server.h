// The whole server: the data directory, the cores, the parts and the endpoint.
#pragma once
#include <memory>
#include <string>

#include "app/config.h"
#include "base/error.h"

namespace freshet::app {

/// start() gives one that serves; stop(), or the destructor, ends it. The thread that starts it
/// stops and destroys it.
class Server {
  public:
    /// Opens the data directory, recovers, listens. Errors name the directory or the port at fault.
    static Result<std::unique_ptr<Server>> start(const Config& config);
    ~Server();
    std::string endpoint() const;
    /// Lets requests under way finish, for some seconds at most, then stops every loop. What was
    /// acknowledged is durable with or without it.
    void stop();

  private:
    Server();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace freshet::app
