// In which order shards may be read: a child after all its parents have been read to their ends, so
// that the records of a key stay in order over splits and merges. Pure.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

namespace freshet::cli {

/// add() each shard, take_ready() for those to read now, finish() each when it is read to its end,
/// and take_ready() again. A parent that is never finished holds its children back for ever.
class Lineage {
  public:
    /// `parents`: all that must be finished before; those of them that are not known yet, too. A
    /// shard that is known already stays as it is.
    void add(const std::string& shard, std::vector<std::string> parents);
    void finish(const std::string& shard) { finished_.insert(shard); }
    /// Those that may be read from now on, each once, in order of names.
    std::vector<std::string> take_ready();

  private:
    std::map<std::string, std::vector<std::string>> waiting_;
    std::set<std::string> known_, finished_;
};

}  // namespace freshet::cli
