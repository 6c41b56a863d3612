// One run over a table, partition by partition. What it has done is committed with its figures, so
// that a run that was cut short continues with what is left: it lists again and plans again.
#pragma once
#include <functional>
#include <map>
#include <set>

#include "io/turn.h"
#include "maintenance/errors.h"
#include "maintenance/plan.h"
#include "maintenance/run/parts.h"
#include "maintenance/run/seats.h"
#include "maintenance/store.h"

namespace freshet::maintenance {

/// Home core. `run` is the service's and outlives this; its figures and notes are changed here, and
/// are those that the last commit wrote, but for what no commit has written yet.
class Work {
  public:
    struct Control {
        std::function<bool()> must_stop;
        Seats& seats;  ///< of the partitions that are worked on
        /// After each commit, without a seat; empty when the run is not paced.
        std::function<io::Task<void>()> rest;
    };
    Work(Parts parts, Run& run, Control control)
        : parts_(parts), run_(run), control_(std::move(control)) {}
    /// Errc::failed names the first partition that could not be done; the others are.
    /// freshet::Errc::cancelled: it was asked to stop.
    io::Task<Result<>> run();
    /// Ends what run() waits for: `must_stop` is true by now.
    void interrupt();
    /// Does nothing, and says what run() would do.
    io::Task<Result<Proposal>> propose();

  private:
    using Unfit = std::map<std::string, std::string>;

    io::Task<Result<>> survey(std::vector<Part> all);
    struct Lanes;
    /// One partition after the other, of those that no lane has begun.
    io::Task<void> lane(Lanes& lanes);
    std::size_t lane_count() const;
    std::size_t seats_of_part() const;
    /// After a commit, of a run that is paced.
    bool must_rest() const;
    /// Holds no seat.
    io::Task<void> rest();
    io::Task<Result<>> do_part(Part part);
    Result<> check_stop() const;
    PlanRules rules_for(const Part& part, const Unfit& unfit) const;
    void note(std::string text);
    void note_left(const Part& part, const std::vector<LeftAlone>& left);

    // merge.cpp
    /// Leaves the seats while it rests.
    io::Task<Result<>> merge(Part part, std::optional<Seats::Held>* held);
    /// Sources that are unfit leave the group and are noted in `unfit`.
    io::Task<Result<>> merge_group(Part part, Group group, Unfit* unfit);
    io::Task<Result<>> join_text(Part part, Group group, Unfit* unfit);
    io::Task<Result<>> join_parquet(Part part, Group group, Unfit* unfit);

    // convert.cpp
    io::Task<Result<>> convert(Part part);
    io::Task<Result<>> convert_groups(Part part, std::vector<Group> groups);
    objects::Swap::Moved kept_place(const Part& part, const Listed& source) const;

    // into.cpp
    io::Task<Result<>> prepare_target(std::vector<Part> parts);
    io::Task<Result<std::vector<Column>>> narrowed(std::vector<Part> parts);
    io::Task<Result<>> convert_into(Part part);
    struct Changed;
    io::Task<Result<Changed>> changed_of(Part part);
    io::Task<Result<>> replace_batches(Part part, Changed changed);
    io::Task<Result<>> remove_parts_without_source(std::vector<Part> parts);

    // files.cpp
    struct Place {
        std::string bucket;
        std::string folder;    ///< of the keys of Parquet
        std::string rejected;  ///< rows lie below a hidden folder of it
    };
    struct Written {
        std::vector<objects::Swap::Added> added;  ///< Parquet, and the rejected rows
        std::int64_t rows = 0, rejected = 0;
        std::int64_t files = 0, bytes = 0;  ///< of Parquet
    };
    /// Writes the rows of `group` to Parquet that lies staged. Errc::unfit: a source is the reason,
    /// which is in `unfit` then.
    io::Task<Result<Written>> write_parquet(Part part, Storage storage, Group group, Place place,
                                            std::vector<Column> columns, Unfit* unfit);
    io::Task<Result<Written>> adopt(sql::plan::Written written, std::string rejects_path,
                                    Place place, std::string name);
    io::Task<Result<sql::plan::ScanPlan>> scan_of(Part part, Storage storage, Group group,
                                                  std::vector<Column> columns);

    // commit.cpp
    struct Change {
        objects::Swap swap;
        Part part;
        Figures by;  ///< added to the run's
        bool becomes_parquet = false;
        std::vector<store::Kept> kept;
        std::vector<std::int64_t> batches_gone;
        std::vector<store::Batch> batches;
        std::string registers;  ///< location of the partition of the second table
    };
    /// All of it or nothing; what is refused is discarded. Errc::condition of objects/: an object
    /// was replaced.
    io::Task<Result<>> commit(Change change);
    Result<> commit_in(meta::Txn& txn, const Change& change, const Run& next, Timestamp now);
    io::Task<void> discard(std::vector<objects::Swap::Added> added);

    Parts parts_;
    Run& run_;
    Control control_;
    io::Turn committing_{*io::Core::current()};
    std::int64_t commits_rested_ = run_.figures.commits;  ///< that it has rested after
    std::set<std::string> plans_;                         ///< of this run, that are with the worker
    Table table_;
    Table target_;  ///< the second table
    /// What it was made of, by part of the source table.
    std::map<std::string, std::vector<store::Batch>> batches_;
};

/// The names of "database.table", in lower case; an empty table name when `text` is not that.
TableKey table_of(const TableKey& home, const std::string& text);

}  // namespace freshet::maintenance
