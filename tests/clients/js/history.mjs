// The AWS SDK for JavaScript v3 (HTTP/2) as a client of tests/crash: puts, one at a time, and reads
// every shard, until its standard input ends; says each step as a line of JSON
// (tests/crash/clients.py): node history.mjs ENDPOINT STREAM NAME
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";

const [endpoint, StreamName, name] = process.argv.slice(2);
const client = new KinesisClient({
  endpoint,
  region: "us-east-1",
  maxAttempts: 1,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});
let stopping = false;
process.stdin.on("end", () => {
  stopping = true;
});
process.stdin.resume();

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const payload = (number) =>
  Buffer.from(
    `${name} ${number} ` + String.fromCharCode(97 + (number % 26)).repeat((number * 37) % 700),
  );
const pause = () => new Promise((done) => setTimeout(done, 3));

async function write() {
  for (let number = 0; !stopping; ) {
    const numbers = Array.from({ length: 1 + (number % 3) }, () => ++number);
    for (const one of numbers) say({ begin: one });
    try {
      const records = numbers.map((one) => ({
        PartitionKey: name,
        Data: payload(one),
      }));
      const answers =
        records.length === 1
          ? [await client.send(new PutRecordCommand({ StreamName, ...records[0] }))]
          : (await client.send(new PutRecordsCommand({ StreamName, Records: records }))).Records;
      answers.forEach(
        (answer, i) =>
          answer.SequenceNumber &&
          say({
            put: numbers[i],
            shard: answer.ShardId,
            sequence: answer.SequenceNumber,
          }),
      );
    } catch {
      await pause();
    }
  }
}

async function read() {
  const iterators = new Map(),
    last = new Map();
  while (!stopping) {
    try {
      for (const { ShardId } of (await client.send(new ListShardsCommand({ StreamName }))).Shards) {
        if (iterators.has(ShardId)) continue;
        const position = last.has(ShardId)
          ? {
              ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
              StartingSequenceNumber: last.get(ShardId),
            }
          : { ShardIteratorType: "TRIM_HORIZON" };
        iterators.set(
          ShardId,
          (await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ...position })))
            .ShardIterator,
        );
      }
      for (const [shard, ShardIterator] of iterators) {
        if (!ShardIterator) continue;
        const answer = await client
          .send(new GetRecordsCommand({ ShardIterator }))
          .catch((error) => {
            iterators.delete(shard); // a new one, after what was read
            throw error;
          });
        for (const record of answer.Records) {
          say({
            read: record.SequenceNumber,
            shard,
            data: Buffer.from(record.Data).toString("base64"),
          });
          last.set(shard, record.SequenceNumber);
        }
        iterators.set(shard, answer.NextShardIterator ?? null);
      }
    } catch {
      await pause();
    }
  }
}

await Promise.all([write(), read()]);
client.destroy();
