"""Measurements: `./dev bench article|streams|lake|query`, `./dev bench compare REF`. Each prints
what it measured and what it compares with, from one run on this machine; timings decide no test.
"""

import argparse
import sys

import article
import compare
import lake
import query
import streams
from server import ROOT, Server


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="which")
    stages = commands.add_parser("article", help="the article's rows through each stage")
    stages.add_argument("--rows", type=int, default=300_000, help="of the article's (300000)")
    load = commands.add_parser("streams", help="puts, reads, fan-out, reshards, retained data")
    load.add_argument("--seconds", type=int, default=4, help="of each case (4)")
    lake.add_options(commands.add_parser("lake", help="converting, merging and crawling tables"))
    query.add_options(commands.add_parser("query", help="Athena's statements, small and large"))
    compare.add_options(commands.add_parser("compare", help="this tree beside another commit"))
    options = parser.parse_args(sys.argv[1:] or ["article"])
    if options.which == "article":
        article.main(options.rows)
    elif options.which == "streams":
        streams.main(ROOT, Server, options.seconds)
    elif options.which == "lake":
        lake.main(options)
    elif options.which == "query":
        query.main(options)
    else:
        compare.main(options)


if __name__ == "__main__":
    main()
