// freshet-query: the process in which queries run. The server starts it with its end of a socket
// pair as descriptor 3 and kills it when a query overruns; nothing of the server is in it.
#include <sys/prctl.h>

#include <csignal>

#include "duck/worker.h"

int main() {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return freshet::duck::serve_plans(3);
}
