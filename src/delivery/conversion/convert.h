// Records become columnar files: their text goes to a worker as one file for each object, and what
// does not convert becomes an object of failures. Nothing that is stored changes: the files lie in
// the scratch directory of the object engine until their drafts are published, or are removed.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "delivery/conversion/converter.h"
#include "delivery/conversion/row_text.h"
#include "delivery/naming/names.h"
#include "delivery/objects_of.h"
#include "delivery/ports.h"
#include "io/core.h"
#include "objects/objects.h"

namespace freshet::delivery {

/// Home core of Deliveries; all of them must outlive a conversion.
struct ConversionParts {
    io::Core& home;
    io::Pool& pool;
    objects::Objects& objects;
    StreamSource& source;
    Converter& converter;
};

/// Records that become the rows of one object; of several, when not all can be converted together.
struct RowGroup {
    std::string prefix;  ///< of its key
    Timestamp oldest;
    std::string part;                            ///< of the cut, for its name; "" for all
    std::vector<std::string_view> records = {};  ///< or:
    std::shared_ptr<RowText> text = {};          ///< all of them, flushed
    std::uint64_t bytes = 0;                     ///< of all records
    /// Of each record among all of the cut; empty: 0, 1, 2, ...
    std::vector<std::size_t> numbers = {};
    std::size_t number_of(std::size_t record) const {
        return numbers.empty() ? record : numbers[record];
    }
};

/// What a failure says of a record.
struct FailedRecord {
    Bytes source;  ///< as it came from the source, when that
    bool is_there = true;
    Timestamp arrival;
    RecordPlace origin;
};

/// Finds the records of a cut that did not convert.
class FailedRecords {
  public:
    virtual ~FailedRecords() = default;
    /// One of each number, of all records of the cut. Home core of Deliveries.
    virtual io::Task<Result<std::vector<FailedRecord>>> find(std::vector<std::size_t> numbers) = 0;
};

/// Appends a draft for each group with a good row, and one of the failures, when there are any.
/// Records at which the worker ends, or passes a limit, are halved until those are found that do it
/// alone, which are failures; the others become several objects. What `groups` view and `failed`
/// must outlive the task. An error means that nothing can be said of the records now: the table or
/// the worker is not there, or the disk is full.
io::Task<Result<ConversionFigures>> convert(ConversionParts parts, const DeliveryStream& stream,
                                            ConversionPlan plan, CutNames names,
                                            std::vector<RowGroup> groups, FailedRecords& failed,
                                            std::vector<Draft>& drafts);

}  // namespace freshet::delivery
