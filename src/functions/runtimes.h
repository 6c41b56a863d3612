// Which Lambda runtimes this machine can run, and by which commands. A runtime is run by an
// interpreter of its own version or not at all.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "sandbox/interpreter.h"

namespace freshet::functions {

/// How the handlers of one runtime are started.
struct Runtime {
    std::vector<std::string> command;  ///< an absolute path, its arguments
    /// PYTHONPATH: where the Runtime API's client and boto3 are; "" when it has them
    std::string python_path;
};

struct RuntimeOptions {
    std::map<std::string, std::vector<std::string>> commands;  ///< by a runtime's name; these alone
    std::string python;     ///< the build's own, which has the client and boto3; may be missing
    std::string path;       ///< PATH, in which python3.N is looked for
    std::string directory;  ///< written to: what other interpreters import
};

/// Any thread.
class Runtimes {
  public:
    explicit Runtimes(RuntimeOptions options) : options_(std::move(options)) {}
    /// Blocks: interpreters are run and asked for their version. What was found once is kept.
    /// Errc::invalid, in Lambda's words for a name that Lambda does not have or has no more, says
    /// what is missing and which runtimes are there.
    Result<Runtime> find(const std::string& name);
    /// The newest that is there; "" when there is none. Blocks.
    std::string newest();

  private:
    Result<Runtime> look_for(const std::string& name);
    Result<Runtime> take(const std::string& name, const std::vector<std::string>& command);
    const sandbox::Interpreter* own();
    Result<std::string> packages_for_others();
    std::string found_on_path(const std::string& program) const;
    std::string list_of_found();

    const RuntimeOptions options_;
    std::mutex mutex_;  ///< of what follows
    std::map<std::string, Runtime> found_;
    std::optional<sandbox::Interpreter> own_;
    std::string packages_;
};

}  // namespace freshet::functions
