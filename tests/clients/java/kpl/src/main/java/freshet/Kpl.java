// The Kinesis Producer Library with its native daemon, over TLS with verified certificates.
//   Kpl HOST PORT AUTHORITY STREAM COUNT
// Puts COUNT records; in the middle it prints "half" and waits for a line on its standard input, so that the
// stream can be resharded meanwhile. At the end one line of JSON.
package freshet;

import com.google.common.util.concurrent.ListenableFuture;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordResult;

public final class Kpl {
    static void put(KinesisProducer producer, String stream, int from, int to, List<ListenableFuture<UserRecordResult>> results) {
        for (int i = from; i < to; i++) {
            byte[] data = ("record-" + i + "-" + "x".repeat(i % 300)).getBytes(StandardCharsets.UTF_8);
            results.add(producer.addUserRecord(stream, "key-" + i % 997, ByteBuffer.wrap(data)));
        }
    }

    public static void main(String[] arguments) throws Exception {
        String stream = arguments[3];
        int count = Integer.parseInt(arguments[4]);
        long port = Long.parseLong(arguments[1]);
        KinesisProducer producer = new KinesisProducer(new KinesisProducerConfiguration()
            .setKinesisEndpoint(arguments[0]).setKinesisPort(port).setCloudwatchEndpoint(arguments[0]).setCloudwatchPort(port)
            .setStsEndpoint(arguments[0]).setStsPort(port).setRegion("us-east-1").setCaCertFile(arguments[2]).setMetricsUploadDelay(1000)
            .setCredentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"))));
        List<ListenableFuture<UserRecordResult>> results = new ArrayList<>();
        put(producer, stream, 0, count / 2, results);
        producer.flush();
        System.out.println("half");
        System.out.flush();
        new BufferedReader(new InputStreamReader(System.in)).readLine();
        put(producer, stream, count / 2, count, results);
        producer.flush();
        Set<String> shards = new TreeSet<>();
        int acknowledged = 0, attempts = 0;
        for (ListenableFuture<UserRecordResult> each : results) {
            UserRecordResult result = each.get(60, TimeUnit.SECONDS);
            if (result.isSuccessful()) acknowledged++;
            attempts = Math.max(attempts, result.getAttempts().size());
            shards.add("\"" + result.getShardId() + "\"");
        }
        Thread.sleep(2500);  // two uploads of metrics
        System.out.println("{\"acknowledged\":" + acknowledged + ",\"attempts\":" + attempts + ",\"shards\":" + shards + "}");
        System.out.flush();
        producer.destroy();
        System.exit(0);
    }
}
