// freshet-jq: the process in which jq queries of delivery streams run. The server starts it with
// its end of a socket pair as descriptor 3 and kills it when a query overruns.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

#include "jq/serve.h"

int main() {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    constexpr rlim_t memory_bytes_max = 1ULL << 30;
    const rlimit memory{memory_bytes_max, memory_bytes_max};
    setrlimit(RLIMIT_AS, &memory);
    return freshet::jq::serve(3);
}
