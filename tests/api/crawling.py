"""A lake with crawlers, as tests of them use it."""

ROLE = "arn:aws:iam::000000000000:role/any"
HEADER = "ID,Location Description,Arrest,Latitude\n"


class Lake:
    def __init__(self, freshet):
        self.freshet = freshet
        self.s3, self.glue, self.athena = (
            freshet.client(name) for name in ("s3", "glue", "athena")
        )
        for bucket in ("lake", "results"):
            self.s3.create_bucket(Bucket=bucket)
        self.glue.create_database(DatabaseInput={"Name": "crimes"})

    def put(self, key, text):
        self.s3.put_object(
            Bucket="lake", Key=key, Body=text if isinstance(text, bytes) else text.encode()
        )

    def crawl(self, path="s3://lake/", name="c", **options):
        self.glue.create_crawler(
            Name=name,
            Role=ROLE,
            DatabaseName="crimes",
            Targets={"S3Targets": [{"Path": path, **options.pop("target", {})}]},
            **options,
        )
        return self.again(name)

    def again(self, name="c"):
        before = self.glue.get_crawler(Name=name)["Crawler"].get("LastCrawl", {}).get("LogStream")
        self.freshet.advance(1000)
        self.glue.start_crawler(Name=name)

        def done():
            crawler = self.glue.get_crawler(Name=name)["Crawler"]
            return (
                crawler["State"] == "READY"
                and crawler["LastCrawl"]["LogStream"] != before
                and crawler
            )

        return self.freshet.until(done)["LastCrawl"]

    def reasons(self, last):
        return "\n".join(
            self.freshet.until(
                lambda: self.freshet.log_messages(
                    last["LogGroup"], logStreamNames=[last["LogStream"]]
                )
            )
        )

    def table(self, name):
        return self.glue.get_table(DatabaseName="crimes", Name=name)["Table"]

    def run(self, sql):
        """A query's id, and how it ended."""
        execution = self.athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": "crimes"},
            ResultConfiguration={"OutputLocation": "s3://results/"},
        )["QueryExecutionId"]
        return execution, self.freshet.until(
            lambda: (
                (
                    found := self.athena.get_query_execution(QueryExecutionId=execution)[
                        "QueryExecution"
                    ]["Status"]
                )["State"]
                in ("SUCCEEDED", "FAILED")
                and found
            )
        )

    def query(self, sql):
        execution, status = self.run(sql)
        assert status["State"] == "SUCCEEDED", status
        return [
            tuple(cell.get("VarCharValue") for cell in row["Data"])
            for row in self.athena.get_query_results(QueryExecutionId=execution)["ResultSet"][
                "Rows"
            ][1:]
        ]


def columns(table):
    return [(column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"]]
