// What a user may set, from a YAML file and the command line. An unknown key is an error that names
// it.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "stream/options.h"

namespace freshet::app {

struct Config {
    std::string data_dir = "data";
    bool is_data_dir_given = false;
    std::string listen_host = "127.0.0.1";
    std::uint16_t listen_port = 4566;
    std::string account = "000000000000";  ///< of callers whose access key is not an account itself
    bool has_manual_clock = false;         ///< time moves by POST /_freshet/clock only
    /// What runs the functions of a runtime, by its name; others are looked for on PATH.
    std::map<std::string, std::vector<std::string>> runtimes;
    std::string log_level = "info";
    stream::Options streams;
    std::size_t partition_limit = 500;      ///< active dynamic partitions of a delivery stream
    std::vector<std::string> cors_origins;  ///< of pages that may call, besides this machine's
    bool demands_signatures = false;        ///< Kinesis refuses a request without one, as AWS
    std::vector<std::string> hosts;         ///< further names by which clients call this server
    std::vector<std::string> tls_names;     ///< further names of this server in its certificate
};

/// One setting, as documents show it (docs/settings.md).
struct SettingFacts {
    const char* key;      ///< "streams.creating_ms": of the section `streams`
    const char* value;    ///< "milliseconds"
    const char* initial;  ///< without it
    const char* text;
};
/// Every setting that load_config() takes, in order.
std::vector<SettingFacts> settings();

/// Reads `path` into `config`; later settings win. Errc::invalid names file and line, and of an
/// unknown setting the nearest one that there is.
Result<> load_config(const std::string& path, Config& config);
/// What the settings in `file` say, and `data` over them; each may be "".
Result<Config> config_of(const std::string& file, const std::string& data);
/// Whether a server has used `path`.
bool is_data_directory(const std::string& path);
/// "127.0.0.1:4566". Errc::invalid names what is wrong with it; only loopback addresses are
/// accepted while signatures are not verified.
Result<> set_listen(const std::string& text, Config& config);

}  // namespace freshet::app
