"""Makes rows like the article's data set: 22 columns of reported crimes, from a seed.

python generate.py --rows 100000 --seed 7 > crimes.csv

The values are drawn with the frequencies of the City of Chicago's reports of 2022 (places, types
with their arrest and domestic rates, community areas, hours of the day); no row is a real
report.
"""

import argparse
import csv
import datetime
import itertools
import random
import sys

COLUMNS = [
    "ID",
    "Case Number",
    "Date",
    "Block",
    "IUCR",
    "Primary Type",
    "Description",
    "Location Description",
    "Arrest",
    "Domestic",
    "Beat",
    "District",
    "Ward",
    "Community Area",
    "FBI Code",
    "X Coordinate",
    "Y Coordinate",
    "Year",
    "Updated On",
    "Latitude",
    "Longitude",
    "Location",
]

PLACES = {
    "STREET": 61286,
    "APARTMENT": 41007,
    "RESIDENCE": 27180,
    "SIDEWALK": 11159,
    "PARKING LOT / GARAGE (NON RESIDENTIAL)": 8435,
    "SMALL RETAIL STORE": 6627,
    "ALLEY": 4587,
    "RESTAURANT": 4404,
    "OTHER (SPECIFY)": 3175,
    "DEPARTMENT STORE": 3143,
    "COMMERCIAL / BUSINESS OFFICE": 3133,
    "VEHICLE NON-COMMERCIAL": 2863,
    "GAS STATION": 2843,
    "RESIDENCE - PORCH / HALLWAY": 2825,
    "RESIDENCE - GARAGE": 2543,
    "RESIDENCE - YARD (FRONT / BACK)": 2328,
    "GROCERY FOOD STORE": 2052,
    "PARK PROPERTY": 1784,
    "SCHOOL - PUBLIC BUILDING": 1585,
    "BAR OR TAVERN": 1412,
    "SCHOOL - PUBLIC GROUNDS": 1332,
    "CTA TRAIN": 1310,
    "HOSPITAL BUILDING / GROUNDS": 1250,
    "CONVENIENCE STORE": 1233,
    "DRUG STORE": 1143,
    "HOTEL / MOTEL": 1121,
    "DRIVEWAY - RESIDENTIAL": 793,
    "NURSING / RETIREMENT HOME": 725,
    "CTA BUS": 689,
    "BANK": 653,
    "": 611,
    "VACANT LOT / LAND": 584,
    "CHA APARTMENT": 584,
    "CTA PLATFORM": 550,
    "POLICE FACILITY / VEHICLE PARKING LOT": 483,
    "CTA STATION": 397,
    "CHURCH / SYNAGOGUE / PLACE OF WORSHIP": 348,
    "CTA BUS STOP": 312,
    "AIRPORT TERMINAL UPPER LEVEL - SECURE AREA": 224,
}
# IUCR, type, description, FBI code: reports, arrest rate, domestic rate
OFFENCES = {
    ("0810", "THEFT", "OVER $500", "06"): (18288, 0.035, 0.047),
    ("0486", "BATTERY", "DOMESTIC BATTERY SIMPLE", "08B"): (17216, 0.139, 0.98),
    ("0820", "THEFT", "$500 AND UNDER", "06"): (17198, 0.035, 0.047),
    ("0910", "MOTOR VEHICLE THEFT", "AUTOMOBILE", "07"): (15090, 0.025, 0.016),
    ("1320", "CRIMINAL DAMAGE", "TO VEHICLE", "14"): (12897, 0.031, 0.137),
    ("0460", "BATTERY", "SIMPLE", "08B"): (12620, 0.139, 0.15),
    ("0560", "ASSAULT", "SIMPLE", "08A"): (12176, 0.095, 0.272),
    ("1310", "CRIMINAL DAMAGE", "TO PROPERTY", "14"): (11234, 0.031, 0.137),
    ("0860", "THEFT", "RETAIL THEFT", "06"): (8028, 0.1, 0.01),
    ("143A", "WEAPONS VIOLATION", "UNLAWFUL POSSESSION - HANDGUN", "15"): (5080, 0.62, 0.007),
    ("051A", "ASSAULT", "AGGRAVATED - HANDGUN", "04A"): (4268, 0.095, 0.1),
    ("0890", "THEFT", "FROM BUILDING", "06"): (4192, 0.035, 0.047),
    ("0610", "BURGLARY", "FORCIBLE ENTRY", "05"): (3744, 0.038, 0.042),
    ("2825", "OTHER OFFENSE", "HARASSMENT BY TELEPHONE", "26"): (3318, 0.145, 0.358),
    ("031A", "ROBBERY", "ARMED - HANDGUN", "03"): (3125, 0.047, 0.021),
    ("1153", "DECEPTIVE PRACTICE", "FINANCIAL IDENTITY THEFT OVER $ 300", "11"): (
        2711,
        0.015,
        0.011,
    ),
    ("1330", "CRIMINAL TRESPASS", "TO LAND", "26"): (2145, 0.292, 0.076),
    ("2018", "NARCOTICS", "MANUFACTURE / DELIVER - SYNTHETIC DRUGS", "18"): (3615, 0.95, 0.006),
}
STREETS = [
    "S MICHIGAN AVE",
    "N CLARK ST",
    "S DR MARTIN LUTHER KING JR DR",
    "S STATE ST",
    "W MADISON ST",
    "S WABASH AVE",
    "S HALSTED ST",
    "S ASHLAND AVE",
    "W NORTH AVE",
    "S INDIANA AVE",
    "N SHERIDAN RD",
    "W DIVISION ST",
    "N BROADWAY",
    "S WESTERN AVE",
    "N MILWAUKEE AVE",
    "W JACKSON BLVD",
    "S KEDZIE AVE",
    "W CHICAGO AVE",
]
AREAS = {
    25: 11241,
    8: 9658,
    28: 8543,
    43: 7587,
    32: 7354,
    24: 6501,
    29: 6034,
    71: 5698,
    44: 5519,
    23: 5505,
    69: 5423,
    49: 5412,
    6: 5301,
    66: 4408,
    67: 4361,
    68: 4284,
    46: 3958,
    1: 3679,
    19: 3671,
    22: 3653,
    2: 3550,
    26: 3517,
    3: 3515,
    30: 3463,
    61: 3460,
    27: 3386,
    7: 3232,
    38: 3130,
    53: 3071,
    42: 2923,
    15: 2705,
    73: 2648,
    77: 2593,
}
HOURS = [
    18374,
    6954,
    6282,
    5230,
    4299,
    3592,
    3907,
    5511,
    7346,
    8993,
    9032,
    9350,
    12143,
    9496,
    9844,
    11256,
    10993,
    11488,
    11148,
    11105,
    10798,
    10170,
    9653,
    8587,
]


def drawer(rng, weights):
    """Draws keys with their weights, a thousand at a time."""
    keys, cumulative = list(weights), list(itertools.accumulate(weights.values()))
    while True:
        yield from rng.choices(keys, cum_weights=cumulative, k=1000)


def rows(count, seed=2022):
    """Yields `count` rows of 22 strings."""
    rng = random.Random(seed)
    places, offences = (
        drawer(rng, PLACES),
        drawer(rng, {key: value[0] for key, value in OFFENCES.items()}),
    )
    areas, hours = drawer(rng, AREAS), drawer(rng, dict(enumerate(HOURS)))
    first_day = datetime.date(2001, 1, 1)
    for number in range(count):
        offence = next(offences)
        _, arrest, domestic = OFFENCES[offence]
        area = next(areas)
        day = first_day + datetime.timedelta(days=rng.randrange(6000))
        hour, minute = next(hours), rng.randrange(60)
        latitude, longitude = 41.65 + rng.random() * 0.37, -87.86 + rng.random() * 0.33
        yield [
            str(10_000_000 + number),
            f"HZ{100_000 + number % 900_000}",
            f"{day:%m/%d/%Y} {hour % 12 or 12:02}:{minute:02}:00 {'PM' if hour >= 12 else 'AM'}",
            f"{rng.randrange(130):03}XX {STREETS[rng.randrange(len(STREETS))]}",
            offence[0],
            offence[1],
            offence[2],
            next(places),
            "true" if rng.random() < arrest else "false",
            "true" if rng.random() < domestic else "false",
            f"{area * 30 % 2500:04}",
            f"{area % 25 + 1:03}",
            str(area % 50 + 1),
            str(area),
            offence[3],
            str(1_090_000 + rng.randrange(115_000)),
            str(1_813_000 + rng.randrange(138_000)),
            str(day.year),
            f"{day + datetime.timedelta(days=7):%m/%d/%Y} 03:50:01 PM",
            f"{latitude:.9f}",
            f"{longitude:.9f}",
            f"({latitude:.9f}, {longitude:.9f})",
        ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--no-header", action="store_true")
    options = parser.parse_args()
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if not options.no_header:
        writer.writerow(COLUMNS)
    writer.writerows(rows(options.rows, options.seed))


if __name__ == "__main__":
    main()
