// The AWS SDK for Java v2: CBOR, over HTTP/1.1 (the synchronous client) and HTTP/2 (the asynchronous one).
//   Sdk2 checks ENDPOINT            everything that is asserted below; prints one line of JSON
//   Sdk2 put-loop ENDPOINT STREAM   puts numbered records until it is stopped; prints each one that was
//                                   acknowledged, as a line of JSON
package freshet;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.*;

public final class Sdk2 {
    /** The content types of all requests that were sent. */
    static final Set<String> types = new ConcurrentSkipListSet<>();

    static final class Watch implements ExecutionInterceptor {
        @Override
        public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
            // The one operation with an event stream speaks JSON; all others CBOR.
            boolean streams = context.httpRequest().firstMatchingHeader("X-Amz-Target").orElse("").endsWith(".SubscribeToShard");
            context.httpRequest().firstMatchingHeader("Content-Type").ifPresent(type -> types.add((streams ? "events " : "calls ") + type));
        }
    }

    static StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));
    }

    static KinesisClient client(String endpoint) {
        return KinesisClient.builder().endpointOverride(URI.create(endpoint)).region(Region.US_EAST_1).credentialsProvider(credentials())
            .overrideConfiguration(ClientOverrideConfiguration.builder().addExecutionInterceptor(new Watch()).build()).build();
    }

    static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }

    static byte[] noise(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static void create(KinesisClient kinesis, String name, int shards) {
        kinesis.createStream(r -> r.streamName(name).shardCount(shards));
        kinesis.waiter().waitUntilStreamExists(r -> r.streamName(name));
    }

    static String iterator(KinesisClient kinesis, String stream, String shard) {
        return kinesis.getShardIterator(r -> r.streamName(stream).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON)).shardIterator();
    }

    /** All records of a shard, from its begin on: to its end when it is closed, else until nothing lags. */
    static List<software.amazon.awssdk.services.kinesis.model.Record> read(KinesisClient kinesis, String stream, String shard) {
        List<software.amazon.awssdk.services.kinesis.model.Record> all = new ArrayList<>();
        String at = iterator(kinesis, stream, shard);
        while (at != null) {
            final String from = at;
            GetRecordsResponse answer = kinesis.getRecords(r -> r.shardIterator(from));
            all.addAll(answer.records());
            at = answer.millisBehindLatest() == 0 && answer.records().isEmpty() ? null : answer.nextShardIterator();
        }
        return all;
    }

    static void records(KinesisClient kinesis) {
        create(kinesis, "records", 1);
        byte[] single = noise(1000, 1), large = noise(1024 * 1024 - 1, 2);
        PutRecordResponse put = kinesis.putRecord(r -> r.streamName("records").partitionKey("one").data(SdkBytes.fromByteArray(single)));
        check(put.shardId().equals("shardId-000000000000"), put.toString());
        kinesis.putRecord(r -> r.streamName("records").partitionKey("l").data(SdkBytes.fromByteArray(large)));
        kinesis.putRecord(r -> r.streamName("records").partitionKey("ключ \uD83D\uDE00").data(SdkBytes.fromByteArray(new byte[0])));
        List<PutRecordsRequestEntry> batch = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            final int number = i;
            batch.add(PutRecordsRequestEntry.builder().partitionKey("k" + i).data(SdkBytes.fromByteArray(noise(number, number))).build());
        }
        PutRecordsResponse many = kinesis.putRecords(r -> r.streamName("records").records(batch));
        check(many.failedRecordCount() == 0 && many.records().size() == 500, "batch");
        var all = read(kinesis, "records", "shardId-000000000000");
        check(all.size() == 503, "read " + all.size());
        check(Arrays.equals(all.get(0).data().asByteArray(), single) && Arrays.equals(all.get(1).data().asByteArray(), large), "binary and large data");
        check(all.get(0).sequenceNumber().equals(put.sequenceNumber()), "sequence number");
        check(all.get(2).partitionKey().equals("ключ \uD83D\uDE00") && all.get(2).data().asByteArray().length == 0, "keys");
        for (int i = 0; i < 500; i++) check(Arrays.equals(all.get(3 + i).data().asByteArray(), noise(i, i)), "record " + i);
        check(Math.abs(all.get(0).approximateArrivalTimestamp().toEpochMilli() - System.currentTimeMillis()) < 600_000, "arrival");
        // A timestamp travels in the request, too.
        String at = kinesis.getShardIterator(r -> r.streamName("records").shardId("shardId-000000000000").shardIteratorType(ShardIteratorType.AT_TIMESTAMP)
            .timestamp(all.get(0).approximateArrivalTimestamp())).shardIterator();
        check(kinesis.getRecords(r -> r.shardIterator(at).limit(1)).records().get(0).sequenceNumber().equals(put.sequenceNumber()), "AT_TIMESTAMP");
    }

    interface Call {
        void run();
    }

    static String refusal(Call call) {
        try {
            call.run();
        } catch (KinesisException error) {
            return error.getClass().getSimpleName() + " " + error.awsErrorDetails().errorMessage();
        }
        return "";
    }

    static void refusals(KinesisClient kinesis) {
        String gone = refusal(() -> kinesis.putRecord(r -> r.streamName("nowhere").partitionKey("k").data(SdkBytes.fromUtf8String("x"))));
        check(gone.equals("ResourceNotFoundException Stream nowhere under account 000000000000 not found."), gone);
        String twice = refusal(() -> kinesis.createStream(r -> r.streamName("records").shardCount(1)));
        check(twice.startsWith("ResourceInUseException Stream records under account 000000000000 already exists"), twice);
        String bad = refusal(() -> kinesis.getRecords(r -> r.shardIterator("AAAA")));
        check(bad.startsWith("InvalidArgumentException Invalid ShardIterator"), bad);
        String none = refusal(() -> kinesis.createStream(r -> r.streamName("a b").shardCount(1)));
        check(none.contains("failed to satisfy constraint"), none);
    }

    /** A split and a merge while records come; each shard's records are in its own order. */
    static void reshard(KinesisClient kinesis) {
        create(kinesis, "moving", 2);
        for (int i = 0; i < 100; i++) put(kinesis, "moving", i);
        kinesis.splitShard(r -> r.streamName("moving").shardToSplit("shardId-000000000000").newStartingHashKey("85070591730234615865843651857942052864"));
        kinesis.waiter().waitUntilStreamExists(r -> r.streamName("moving"));
        for (int i = 100; i < 200; i++) put(kinesis, "moving", i);
        kinesis.mergeShards(r -> r.streamName("moving").shardToMerge("shardId-000000000003").adjacentShardToMerge("shardId-000000000001"));
        kinesis.waiter().waitUntilStreamExists(r -> r.streamName("moving"));
        for (int i = 200; i < 300; i++) put(kinesis, "moving", i);
        List<Shard> shards = kinesis.listShards(r -> r.streamName("moving")).shards();
        check(shards.size() == 5, shards.toString());
        check("shardId-000000000003".equals(shards.get(4).parentShardId()) && "shardId-000000000001".equals(shards.get(4).adjacentParentShardId()), "parents");
        Set<Integer> seen = new TreeSet<>();
        for (Shard shard : shards) {
            for (var record : read(kinesis, "moving", shard.shardId())) check(seen.add(Integer.valueOf(record.data().asUtf8String())), "a record came twice");
        }
        check(seen.size() == 300, "records after the reshard: " + seen.size());
    }

    static PutRecordResponse put(KinesisClient kinesis, String stream, int number) {
        return kinesis.putRecord(r -> r.streamName(stream).partitionKey("key-" + number).data(SdkBytes.fromUtf8String(Integer.toString(number))));
    }

    /** SubscribeToShard over HTTP/2: the past, then what comes, then the shard's end with its children. */
    static void fanOut(KinesisClient kinesis, String endpoint) throws Exception {
        create(kinesis, "pushed", 1);
        for (int i = 0; i < 20; i++) put(kinesis, "pushed", i);
        String arn = kinesis.describeStreamSummary(r -> r.streamName("pushed")).streamDescriptionSummary().streamARN();
        String consumer = kinesis.registerStreamConsumer(r -> r.streamARN(arn).consumerName("java")).consumer().consumerARN();
        while (kinesis.describeStreamConsumer(r -> r.consumerARN(consumer)).consumerDescription().consumerStatus() != ConsumerStatus.ACTIVE) Thread.sleep(20);
        try (KinesisAsyncClient async = KinesisAsyncClient.builder().endpointOverride(URI.create(endpoint)).region(Region.US_EAST_1).credentialsProvider(credentials())
                 .overrideConfiguration(ClientOverrideConfiguration.builder().addExecutionInterceptor(new Watch()).build()).build()) {
            List<String> data = new CopyOnWriteArrayList<>();
            List<String> children = new CopyOnWriteArrayList<>();
            CompletableFuture<Void> past = new CompletableFuture<>();
            var handler = SubscribeToShardResponseHandler.builder().subscriber(SubscribeToShardResponseHandler.Visitor.builder().onSubscribeToShardEvent(event -> {
                event.records().forEach(record -> data.add(record.data().asUtf8String()));
                event.childShards().forEach(child -> children.add(child.shardId()));
                if (data.size() >= 20) past.complete(null);
            }).build()).build();
            CompletableFuture<Void> done = async.subscribeToShard(r -> r.consumerARN(consumer).shardId("shardId-000000000000")
                .startingPosition(p -> p.type(ShardIteratorType.TRIM_HORIZON)), handler);
            past.get(30, TimeUnit.SECONDS);
            for (int i = 20; i < 40; i++) put(kinesis, "pushed", i);
            kinesis.splitShard(r -> r.streamName("pushed").shardToSplit("shardId-000000000000").newStartingHashKey("170141183460469231731687303715884105728"));
            done.get(30, TimeUnit.SECONDS);  // the shard's end ends the subscription
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 40; i++) expected.add(Integer.toString(i));
            check(data.equals(expected), data.toString());
            check(children.equals(List.of("shardId-000000000001", "shardId-000000000002")), children.toString());
        }
    }

    static void putLoop(String endpoint, String stream) {
        try (KinesisClient kinesis = KinesisClient.builder().endpointOverride(URI.create(endpoint)).region(Region.US_EAST_1).credentialsProvider(credentials())
                 .overrideConfiguration(ClientOverrideConfiguration.builder().retryStrategy(r -> r.maxAttempts(1)).apiCallTimeout(Duration.ofSeconds(20)).build()).build()) {
            for (long number = 0;; number++) {
                String key = "key-" + number, data = "record-" + number + "-" + Long.toHexString(number * 0x9E3779B97F4A7C15L);
                PutRecordResponse answer;
                try {
                    answer = kinesis.putRecord(r -> r.streamName(stream).partitionKey(key).data(SdkBytes.fromString(data, StandardCharsets.UTF_8)));
                } catch (software.amazon.awssdk.core.exception.SdkException error) {
                    System.out.println("{\"failed\":" + number + ",\"error\":\"" + error.getClass().getSimpleName() + "\"}");
                    System.out.flush();
                    sleep(50);
                    continue;
                }
                System.out.println("{\"number\":" + number + ",\"key\":\"" + key + "\",\"data\":\"" + data + "\",\"shard\":\"" + answer.shardId()
                    + "\",\"sequence\":\"" + answer.sequenceNumber() + "\"}");
                System.out.flush();
            }
        }
    }

    static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException stopped) {
            System.exit(0);
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("put-loop")) {
            putLoop(arguments[1], arguments[2]);
            return;
        }
        try (KinesisClient kinesis = client(arguments[1])) {
            records(kinesis);
            refusals(kinesis);
            reshard(kinesis);
            fanOut(kinesis, arguments[1]);
        }
        check(types.equals(Set.of("calls application/x-amz-cbor-1.1", "events application/x-amz-json-1.1")), "content types: " + types);
        System.out.println("{\"checked\":[\"records\",\"refusals\",\"reshard\",\"fan-out\"],\"protocol\":\"cbor\"}");
        System.exit(0);
    }
}
