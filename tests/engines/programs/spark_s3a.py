"""Spark over S3A: partitioned Parquet and CSV, overwritten entirely and by partition, committed by
S3A's magic committer.
"""

import os

from dataset import BUCKET, ENDPOINT, KEY, REGION, ROWS, SECRET, TOTAL, keys
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

settings = {
    "spark.jars": os.environ["S3A_JARS"],
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.hadoop.fs.s3a.endpoint": ENDPOINT,
    "spark.hadoop.fs.s3a.endpoint.region": REGION,
    "spark.hadoop.fs.s3a.access.key": KEY,
    "spark.hadoop.fs.s3a.secret.key": SECRET,
    "spark.hadoop.fs.s3a.path.style.access": "true",
    "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
    "spark.hadoop.fs.s3a.multipart.size": "5M",
    "spark.hadoop.fs.s3a.committer.name": "magic",
    "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a": (
        "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory"
    ),
    "spark.hadoop.fs.s3a.create.conditional.enabled": "true",
}
builder = SparkSession.builder.master("local[2]")
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
place = f"s3a://{BUCKET}/spark"
rows = spark.range(ROWS).select(
    f.col("id"),
    f.concat(f.lit("row "), f.col("id")).alias("name"),
    (f.col("id") / 4).alias("amount"),
    (2025 + f.col("id") % 2).cast("int").alias("year"),
    (1 + f.col("id") % 3).cast("int").alias("month"),
)

rows.write.partitionBy("year", "month").parquet(place)
back = spark.read.parquet(place)
assert back.count() == ROWS and back.agg(f.sum("id")).first()[0] == TOTAL
assert sorted(row.id for row in back.where("year = 2026 AND id < 10").collect()) == [1, 3, 5, 7, 9]
try:
    rows.write.partitionBy("year", "month").parquet(place)
    raise SystemExit("a path that exists was written again")
except Exception as error:
    assert "PATH_ALREADY_EXISTS" in str(error), error

rows.withColumn("id", f.col("id") + 10_000).write.mode("overwrite").partitionBy(
    "year", "month"
).parquet(place)
again = spark.read.parquet(place)
assert again.count() == ROWS and again.agg(f.min("id")).first()[0] == 10_000
rows.write.mode("append").partitionBy("year", "month").parquet(place)
assert spark.read.parquet(place).count() == 2 * ROWS
assert not [key for key in keys("spark/") if "__magic" in key or "_temporary" in key]

text = f"s3a://{BUCKET}/spark-text"
rows.write.option("header", True).mode("overwrite").csv(text)
assert spark.read.option("header", True).csv(text).count() == ROWS
# One file of several parts.
spark.range(900_000).select("id", f.md5(f.col("id").cast("string")).alias("text")).coalesce(
    1
).write.csv(f"s3a://{BUCKET}/spark-large")
assert spark.read.csv(f"s3a://{BUCKET}/spark-large").count() == 900_000

# The file system itself: rename, conditional create, delete.
jvm = spark._jvm
Path = jvm.org.apache.hadoop.fs.Path
files = Path(place).getFileSystem(spark._jsc.hadoopConfiguration())
assert files.rename(Path(text), Path(f"s3a://{BUCKET}/spark-moved"))
assert spark.read.option("header", True).csv(
    f"s3a://{BUCKET}/spark-moved"
).count() == ROWS and not files.exists(Path(text))
once = Path(f"s3a://{BUCKET}/once")
files.create(once, False).close()
try:
    files.create(once, False).close()
    raise SystemExit("a file that exists was created again")
except Exception as error:
    assert "FileAlreadyExists" in str(error), error
assert files.delete(Path(f"{place}/year=2026"), True)
assert [row.year for row in spark.read.parquet(place).select("year").distinct().collect()] == [2025]
spark.stop()
