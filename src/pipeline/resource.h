// One thing that a pipeline file names, and how it is looked at, made, changed and removed. A
// resource compares as named fields of text; each kind decides which, in kinds/.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aws/fault.h"
#include "base/bytes.h"
#include "pipeline/calls.h"
#include "pipeline/section.h"
#include "pipeline/table_places.h"

namespace freshet::pipeline {

/// "buffer_s" to "15". A field that is not there is as one that is empty.
using Fields = std::map<std::string, std::string>;

/// Another resource, by its name or ARN, that has to be there first.
struct Need {
    enum class Kind { stream, function, database, crawler, job };
    Kind kind;
    std::string name;
};

class Resource {
  public:
    virtual ~Resource() = default;
    /// As the file wants it.
    virtual Fields wanted() const = 0;
    /// As it is; nothing when there is no such thing. Only fields that wanted() can have.
    virtual io::Task<aws::Answer<std::optional<Fields>>> look(Calls& calls) = 0;
    virtual std::vector<Need> needs() const { return {}; }
    /// False for a field that AWS does not let change.
    virtual bool can_change(const std::string& field) const;
    virtual io::Task<aws::Answer<void>> create(Calls& calls) = 0;
    /// After look(): makes the fields `differing` as wanted.
    virtual io::Task<aws::Answer<void>> change(Calls& calls, std::set<std::string> differing) = 0;
    /// Why it must not be removed, "" when it may. `named` has "kind name" of all that goes with
    /// it.
    virtual io::Task<aws::Answer<std::string>> obstacle(Calls& calls, std::set<std::string> named);
    virtual io::Task<aws::Answer<void>> remove(Calls& calls) = 0;
};

/// What reading a resource needs besides its section of the file.
struct Surroundings {
    std::string account, region;
    bool destroys = false;  ///< then attachments need not have come
    bool empties_buckets = false;
    std::string newest_runtime;  ///< of functions, on the server's machine; "" when it has none
    const Parameters& parameters;
    const std::map<std::string, Bytes>& attachments;  ///< by place: "functions.preprocess.code"
    std::vector<TablePlace> tables = {};              ///< of the same file

    std::string arn(const char* service, const std::string& resource) const;
    /// Names become ARNs, ARNs stay.
    std::string role_arn(const std::string& name) const;
    std::string stream_arn(const std::string& name) const;
    std::string delivery_arn(const std::string& name) const;
    std::string function_arn(const std::string& name) const;
    /// `key` holds the text itself, or `key`_file names a file whose content came along; the
    /// content has its parameters put in.
    std::string long_text(Section& section, const std::string& place, const std::string& key) const;
};

/// A kind: its section of the file, the word for one of it, how one is read. In order of
/// dependency: a thing needs only things of kinds before its own.
struct Kind {
    const char* section;
    const char* word;
    std::unique_ptr<Resource> (*read)(std::string name, Section& section,
                                      const Surroundings& surroundings);
};
const std::vector<Kind>& all_kinds();

std::unique_ptr<Resource> read_role(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_bucket(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_stream(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_function(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_delivery_stream(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_application(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_database(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_table(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_crawler(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_job(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_trigger(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_rule(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_view(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_data_source(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_data_set(std::string, Section&, const Surroundings&);
std::unique_ptr<Resource> read_dashboard(std::string, Section&, const Surroundings&);

}  // namespace freshet::pipeline
