// The AWS SDK for Java v2 (CBOR) as a client of tests/crash: puts, one at a time, and reads every shard, until its
// standard input ends; says each step as a line of JSON (tests/crash/clients.py): History ENDPOINT STREAM NAME
package freshet;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.*;

public final class History {
    static volatile boolean stopping = false;

    static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    static SdkBytes payload(String name, int number) {
        String filling = String.valueOf((char) ('a' + number % 26)).repeat(number * 37 % 700);
        return SdkBytes.fromString(name + " " + number + " " + filling, StandardCharsets.UTF_8);
    }

    static void put(KinesisClient kinesis, String stream, String name, int first, int count) {
        for (int i = 0; i < count; ++i) say("{\"begin\":" + (first + i) + "}");
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; ++i) entries.add(PutRecordsRequestEntry.builder().partitionKey(name).data(payload(name, first + i)).build());
        List<PutRecordsResultEntry> answers = kinesis.putRecords(r -> r.streamName(stream).records(entries)).records();
        for (int i = 0; i < count; ++i) {
            PutRecordsResultEntry answer = answers.get(i);
            if (answer.sequenceNumber() == null) continue;
            say("{\"put\":" + (first + i) + ",\"shard\":\"" + answer.shardId() + "\",\"sequence\":\"" + answer.sequenceNumber() + "\"}");
        }
    }

    /** One reading of every shard; what fails is read again behind the last record. */
    static void read(KinesisClient kinesis, String stream, Map<String, String> iterators, Map<String, String> last) {
        for (Shard shard : kinesis.listShards(r -> r.streamName(stream)).shards()) {
            String id = shard.shardId(), behind = last.get(id);
            if (iterators.containsKey(id) && iterators.get(id) == null) continue;
            String iterator = iterators.remove(id);
            if (iterator == null) {
                iterator = kinesis.getShardIterator(r -> r.streamName(stream).shardId(id)
                    .shardIteratorType(behind == null ? ShardIteratorType.TRIM_HORIZON : ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                    .startingSequenceNumber(behind)).shardIterator();
            }
            final String from = iterator;
            GetRecordsResponse answer = kinesis.getRecords(r -> r.shardIterator(from));
            for (software.amazon.awssdk.services.kinesis.model.Record record : answer.records()) {
                say("{\"read\":\"" + record.sequenceNumber() + "\",\"shard\":\"" + id + "\",\"data\":\""
                    + Base64.getEncoder().encodeToString(record.data().asByteArray()) + "\"}");
                last.put(id, record.sequenceNumber());
            }
            iterators.put(id, answer.nextShardIterator());
        }
    }

    interface Step {
        void take();
    }

    static Thread repeat(Step step) {
        Thread thread = new Thread(() -> {
            while (!stopping) {
                try {
                    step.take();
                } catch (SdkException away) {
                    try {
                        Thread.sleep(3);
                    } catch (InterruptedException stopped) {
                        return;
                    }
                }
            }
        });
        thread.start();
        return thread;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        String stream = arguments[1], name = arguments[2];
        KinesisClient kinesis = KinesisClient.builder().endpointOverride(URI.create(arguments[0])).region(Region.US_EAST_1)
            .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
            .overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(1)).apiCallTimeout(Duration.ofSeconds(20))).build();
        int[] number = {0};
        Map<String, String> iterators = new HashMap<>(), last = new HashMap<>();
        Thread writer = repeat(() -> {
            int first = number[0] + 1, count = 1 + number[0] % 3;
            number[0] += count;
            put(kinesis, stream, name, first, count);
        });
        Thread reader = repeat(() -> read(kinesis, stream, iterators, last));
        while (System.in.read() >= 0) {}
        stopping = true;
        writer.join();
        reader.join();
        System.exit(0);
    }
}
