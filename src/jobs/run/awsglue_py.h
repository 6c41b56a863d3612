// The module awsglue.utils for scripts of pythonshell jobs, with the one function of it that they
// use: how the arguments of a run are read.
#pragma once

namespace freshet::jobs {

inline constexpr const char* awsglue_utils_py = R"(# Written by Freshet at each start.
import argparse


class GlueArgumentError(Exception):
    pass


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise GlueArgumentError(message)


def getResolvedOptions(args, options):
    """The values of `options`, by their names without dashes; all of them must be given."""
    parser = _Parser(allow_abbrev=False, add_help=False)
    for option in options:
        name = option.lstrip('-')
        parser.add_argument('--' + name, dest=name, required=True)
    found, _ = parser.parse_known_args(args[1:])
    return vars(found)
)";

}  // namespace freshet::jobs
