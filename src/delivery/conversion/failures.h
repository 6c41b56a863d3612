// The object of the records that did not convert: a line of JSON each, written to a file so that
// any number of them fits (developer guide, "Format conversion error handling").
#pragma once
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "delivery/conversion/convert.h"

namespace freshet::delivery {

/// A record, or a part of it, that did not convert.
struct Unconverted {
    std::size_t number = 0;  ///< of the record
    StageProblem problem;
    std::optional<std::string> line;  ///< of it, as the worker read it
    bool is_part = false;             ///< the record has other lines, too
    int attempts = 1;
};

/// Where each line says that its table is.
struct TableWords {
    std::string catalog_id, database, table, region, version, catalog_arn;
};

/// One thread at a time. Everything blocks.
class FailureFile {
  public:
    FailureFile(std::string path, TableWords table)
        : path_(std::move(path)), table_(std::move(table)) {}
    Result<> add(const Unconverted& failure, const FailedRecord& record,
                 const std::string& sequence_number, Timestamp now);
    /// Closes it. False when nothing was added: then there is no file.
    Result<bool> finish();
    const std::string& path() const { return path_; }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const std::string path_;
    const TableWords table_;
    std::unique_ptr<std::FILE, Close> file_;
};

/// Reads what a worker wrote down of the lines that it refused. Blocks.
class RejectedLines {
  public:
    explicit RejectedLines(const std::string& path);
    struct Line {
        std::uint64_t number = 0;  ///< from 1
        std::string raw;
        StageProblem problem;
    };
    /// Nothing at the end.
    Result<std::optional<Line>> next();

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace freshet::delivery
