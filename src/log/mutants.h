// A disk that errs on purpose where the failpoints `mutant.*` say: it turns the log into one with a
// fault that the tests of durability must find (tests/crash/test_mutants.py, log_faults_test.cpp).
// The log itself knows nothing of it.
//
//   mutant.ack_before_sync      a sync of the journal does nothing
//   mutant.read_before_sync     a sync of the journal is made before the next write: readers see
//                               what is not durable, and it is not acknowledged
//   mutant.retry_sync           a sync that failed is tried again, and the second answer counts
//   mutant.skip_directory_sync  a sync of a directory does nothing
//   mutant.skip_checksum        frames that are read from segments get the checksum of what they
//   hold
#pragma once
#include <memory>

#include "io/disk.h"

namespace freshet::log {

std::unique_ptr<io::Disk> make_mutant_disk(std::unique_ptr<io::Disk> disk);

}  // namespace freshet::log
