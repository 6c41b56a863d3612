#include "query/errors.h"

#include "query/ports.h"

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::query::Errc>::domain() {
    static const ErrorDomain domain{"query"};
    return domain;
}

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::query::PortErrc>::domain() {
    static const ErrorDomain domain{"query ports"};
    return domain;
}
