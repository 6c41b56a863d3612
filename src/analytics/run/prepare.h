// The records of a chunk as the engine takes them: their own data, or what the preprocessing
// function made of it. The function is called several times at once, in order; all records come
// back or all are asked again.
#pragma once
#include <vector>

#include "analytics/run/commit.h"
#include "analytics/run/sources.h"

namespace freshet::analytics {

/// The records of one call of the function: [from, to) of a chunk.
struct EventRange {
    std::size_t from = 0, to = 0;
    bool operator==(const EventRange&) const = default;
};
/// In order; each has at most limits::event_records_max records and limits::event_bytes_max bytes,
/// and one record at least.
std::vector<EventRange> events_of(const std::vector<Taken>& taken);

/// Home core only, but decode(). All that it is given must outlive it, and every task of it.
/// `has_numbers`: the records get their sequence numbers, as they do before a function in any case.
class Preparation {
  public:
    Preparation(io::Core& home, io::Pool& pool, Siblings& siblings, const Application& application,
                const Sources& sources, bool has_numbers)
        : home_(home),
          pool_(pool),
          siblings_(siblings),
          application_(application),
          sources_(sources),
          has_numbers_(has_numbers || has_function()) {}

    bool has_function() const { return application_.inputs[0].processor.has_value(); }
    /// One for each of `taken`, in the same order; an error when the function failed in any way.
    io::Task<Result<std::vector<Prepared>>> prepare(const std::vector<Taken>& taken);
    /// Without the function. Any thread.
    Result<std::vector<Prepared>> decode(const std::vector<Taken>& taken) const;

  private:
    io::Task<Result<std::vector<Prepared>>> ask_function(const std::vector<Taken>& taken);
    io::Task<void> call_function(const std::vector<Taken>* taken, EventRange range,
                                 Result<std::vector<Prepared>>* answer);

    io::Core& home_;
    io::Pool& pool_;
    Siblings& siblings_;
    const Application& application_;
    const Sources& sources_;
    const bool has_numbers_;
};

}  // namespace freshet::analytics
