"""The input of an application of Kinesis Data Analytics, as tests of several kinds give it."""


def csv_input(stream_arn, role_arn, columns, prefix="SOURCE_SQL_STREAM"):
    """Lines of CSV from a stream; `columns` has the SQL type of each name."""
    return {
        "NamePrefix": prefix,
        "KinesisStreamsInput": {"ResourceARN": stream_arn, "RoleARN": role_arn},
        "InputSchema": {
            "RecordFormat": {
                "RecordFormatType": "CSV",
                "MappingParameters": {
                    "CSVMappingParameters": {
                        "RecordRowDelimiter": "\n",
                        "RecordColumnDelimiter": ",",
                    }
                },
            },
            "RecordColumns": [
                {"Name": name, "SqlType": sql_type} for name, sql_type in columns.items()
            ],
        },
    }
