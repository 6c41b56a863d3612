// The AWS SDK for JavaScript v3 as its users have it: HTTP/2 by default. Puts many records at once
// over one connection, reads them back, and prints what it saw: node kinesis.mjs ENDPOINT
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
  DescribeStreamCommand,
} from "@aws-sdk/client-kinesis";

const endpoint = process.argv[2];
const client = new KinesisClient({
  endpoint,
  region: "us-east-1",
  maxAttempts: 1,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});
const StreamName = "js",
  ShardId = "shardId-000000000000";

await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
const puts = [];
for (let i = 0; i < 300; ++i) {
  puts.push(
    client.send(
      new PutRecordCommand({
        StreamName,
        PartitionKey: `k${i}`,
        Data: Buffer.from(`record ${i}`),
      }),
    ),
  );
}
await Promise.all(puts);
const large = Buffer.alloc(900_000, 7);
await client.send(
  new PutRecordsCommand({
    StreamName,
    Records: [0, 1, 2].map((i) => ({ PartitionKey: `l${i}`, Data: large })),
  }),
);

let { ShardIterator } = await client.send(
  new GetShardIteratorCommand({
    StreamName,
    ShardId,
    ShardIteratorType: "TRIM_HORIZON",
  }),
);
const seen = [];
for (let tries = 0; tries < 50 && seen.length < 303; ++tries) {
  const answer = await client.send(new GetRecordsCommand({ ShardIterator }));
  for (const record of answer.Records) seen.push(Buffer.from(record.Data));
  ShardIterator = answer.NextShardIterator;
}
const small = new Set(seen.filter((data) => data.length < 100).map(String));
let error = "";
await client.send(new DescribeStreamCommand({ StreamName: "none" })).catch((caught) => {
  error = caught.name;
});

console.log(
  JSON.stringify({
    protocol: client.config.requestHandler.metadata.handlerProtocol,
    small: small.size,
    large: seen.filter((data) => data.equals(large)).length,
    error,
  }),
);
client.destroy();
