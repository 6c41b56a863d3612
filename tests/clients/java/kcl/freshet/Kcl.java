// The Kinesis Client Library, 2 and 3 alike: two workers read one stream while it is resharded.
//   Kcl ENDPOINT polling|fan-out   prints one line of JSON that says what happened
// Leases and coordination are in DynamoDB, metrics in CloudWatch: both are Freshet's, at the same endpoint.
package freshet;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.KinesisClientUtil;
import software.amazon.kinesis.common.LeaseCleanupConfig;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.lifecycle.events.*;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.fanout.FanOutConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

public final class Kcl {
    static final String STREAM = "orders", APPLICATION = "freshet-kcl";
    static final long GIVE_UP_MS = 240_000;

    final KinesisAsyncClient kinesis;
    final DynamoDbAsyncClient tables;
    final CloudWatchAsyncClient metrics;
    final boolean fanOut;
    /** How often each record came, and who got how many. */
    final Map<Integer, AtomicInteger> seen = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> byWorker = new ConcurrentHashMap<>();
    final Set<String> ended = ConcurrentHashMap.newKeySet(), lost = ConcurrentHashMap.newKeySet();
    final AtomicInteger disorders = new AtomicInteger();

    Kcl(String endpoint, boolean fanOut) {
        kinesis = KinesisClientUtil.createKinesisAsyncClient(at(endpoint, KinesisAsyncClient.builder()));
        tables = at(endpoint, DynamoDbAsyncClient.builder()).build();
        metrics = at(endpoint, CloudWatchAsyncClient.builder()).build();
        this.fanOut = fanOut;
    }

    static <B extends AwsClientBuilder<B, ?>> B at(String endpoint, B builder) {
        return builder.endpointOverride(URI.create(endpoint)).region(Region.US_EAST_1)
            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")));
    }

    final class Processor implements ShardRecordProcessor {
        final String worker;
        String shard;
        int last = -1;

        Processor(String worker) {
            this.worker = worker;
        }

        @Override
        public void initialize(InitializationInput input) {
            shard = input.shardId();
        }

        @Override
        public void processRecords(ProcessRecordsInput input) {
            for (KinesisClientRecord record : input.records()) {
                int number = Integer.parseInt(StandardCharsets.UTF_8.decode(record.data()).toString());
                if (number <= last) disorders.incrementAndGet();
                last = number;
                seen.computeIfAbsent(number, n -> new AtomicInteger()).incrementAndGet();
                byWorker.computeIfAbsent(worker, w -> new AtomicInteger()).incrementAndGet();
            }
            try {
                if (!input.records().isEmpty()) input.checkpointer().checkpoint();
            } catch (Exception moved) {
                // The lease went to the other worker in between: it reads on from the last checkpoint.
            }
        }

        @Override
        public void leaseLost(LeaseLostInput input) {
            lost.add(worker + " " + shard);
        }

        @Override
        public void shardEnded(ShardEndedInput input) {
            ended.add(shard);
            try {
                input.checkpointer().checkpoint();
            } catch (Exception error) {
                throw new IllegalStateException(error);
            }
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {
            try {
                input.checkpointer().checkpoint();
            } catch (Exception moved) {
                // As above.
            }
        }
    }

    /** The library removes the leases of shards that are read to their end, five minutes later, and lets nobody set when. */
    static LeaseManagementConfig withQuickCleanup(LeaseManagementConfig config) {
        try {
            var field = LeaseManagementConfig.class.getDeclaredField("leaseCleanupConfig");
            field.setAccessible(true);
            field.set(config, LeaseCleanupConfig.builder().leaseCleanupIntervalMillis(500).completedLeaseCleanupIntervalMillis(500).garbageLeaseCleanupIntervalMillis(60_000).build());
            return config;
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    Scheduler worker(String name) {
        ConfigsBuilder configs = new ConfigsBuilder(
            new SingleStreamTracker(STREAM, InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON)),
            APPLICATION, kinesis, tables, metrics, name, () -> new Processor(name));
        var retrieval = configs.retrievalConfig();
        if (fanOut) retrieval.retrievalSpecificConfig(new FanOutConfig(kinesis).streamName(STREAM).applicationName(APPLICATION));
        else retrieval.retrievalSpecificConfig(new PollingConfig(STREAM, kinesis).idleTimeBetweenReadsInMillis(250));
        Scheduler scheduler = new Scheduler(
            configs.checkpointConfig(),
            configs.coordinatorConfig().parentShardPollIntervalMillis(500).shardConsumerDispatchPollIntervalMillis(200),
            withQuickCleanup(configs.leaseManagementConfig()).failoverTimeMillis(4000).shardSyncIntervalMillis(2000).initialLeaseTableReadCapacity(10)
                .leasesRecoveryAuditorExecutionFrequencyMillis(3000),
            configs.lifecycleConfig(), configs.metricsConfig().metricsBufferTimeMillis(1000), configs.processorConfig(), retrieval);
        Thread thread = new Thread(scheduler, name);
        thread.setDaemon(true);
        thread.start();
        return scheduler;
    }

    void put(int from, int to) {
        for (int i = from; i < to; i++) {
            final int number = i;
            kinesis.putRecord(r -> r.streamName(STREAM).partitionKey("key-" + number).data(SdkBytes.fromUtf8String("" + number))).join();
        }
    }

    void waitUntilActive() throws Exception {
        until("the stream is ACTIVE", () -> kinesis.describeStreamSummary(r -> r.streamName(STREAM)).join().streamDescriptionSummary().streamStatus() == StreamStatus.ACTIVE);
    }

    void until(String what, BooleanSupplier holds) throws Exception {
        final long end = System.currentTimeMillis() + GIVE_UP_MS;
        while (!holds.getAsBoolean()) {
            if (System.currentTimeMillis() > end) throw new AssertionError("still not so: " + what + "; seen " + seen.size() + " by " + byWorker + ", ended " + ended + ", lost " + lost);
            Thread.sleep(100);
        }
    }

    /** {shard: checkpoint} of the lease table. */
    Map<String, String> checkpoints() {
        Map<String, String> all = new TreeMap<>();
        for (Map<String, AttributeValue> row : tables.scan(r -> r.tableName(APPLICATION)).join().items()) {
            if (row.containsKey("checkpoint")) all.put(row.get("leaseKey").s(), row.get("checkpoint").s());
        }
        return all;
    }

    static Set<String> held(Scheduler... workers) {
        return Stream.of(workers).flatMap(worker -> worker.leaseCoordinator().getAssignments().stream()).map(Lease::leaseKey).collect(Collectors.toSet());
    }

    void run() throws Exception {
        kinesis.createStream(r -> r.streamName(STREAM).shardCount(4)).join();
        waitUntilActive();
        put(0, 200);
        Scheduler first = worker("first");
        until("the first worker has all", () -> seen.size() == 200);
        Scheduler second = worker("second");
        AtomicInteger next = new AtomicInteger(200);
        until("the second worker took a lease of the first, and reads", () -> {
            put(next.get(), next.addAndGet(20));
            return byWorker.containsKey("second") && !lost.isEmpty();
        });
        // A split and a merge under way, while records come.
        put(next.get(), next.addAndGet(100));
        kinesis.splitShard(r -> r.streamName(STREAM).shardToSplit("shardId-000000000000").newStartingHashKey("42535295865117307932921825928971026432")).join();
        put(next.get(), next.addAndGet(100));
        waitUntilActive();
        kinesis.mergeShards(r -> r.streamName(STREAM).shardToMerge("shardId-000000000002").adjacentShardToMerge("shardId-000000000003")).join();
        put(next.get(), next.addAndGet(100));
        waitUntilActive();
        until("all records came", () -> seen.size() == next.get());
        until("the closed shards ended", () -> ended.containsAll(Set.of("shardId-000000000000", "shardId-000000000002", "shardId-000000000003")));
        // A lease is removed once its shard and that one's parents are read, and its children are being read. Stopping KCL 2 earlier never
        // ends: it waits for the consumer of a shard that has ended as for the others, as long as the worker holds the lease.
        Set<String> open = Set.of("shardId-000000000001", "shardId-000000000004", "shardId-000000000005", "shardId-000000000006");
        until("only leases of open shards are left", () -> checkpoints().keySet().equals(open));
        until("the workers know it", () -> held(first, second).equals(open));
        boolean graceful = true;
        for (var stop : List.of(first.startGracefulShutdown(), second.startGracefulShutdown())) graceful &= stop.get(20, TimeUnit.SECONDS);
        long again = seen.values().stream().filter(count -> count.get() > 1).count();
        System.out.println("{\"records\":" + seen.size() + ",\"put\":" + next.get() + ",\"again\":" + again + ",\"disorders\":" + disorders + ",\"workers\":" + byWorker.size()
            + ",\"stolen\":" + lost.size() + ",\"ended\":" + ended.size() + ",\"graceful\":" + graceful + "}");
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", System.getProperty("log", "warn"));
        int status = 1;  // the library's threads would keep the program alive
        try {
            new Kcl(arguments[0], arguments[1].equals("fan-out")).run();
            status = 0;
        } catch (Throwable error) {
            error.printStackTrace();
        }
        System.exit(status);
    }
}
