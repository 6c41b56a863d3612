// The AWS SDK for Java v1, which KCL 1.x and Spark's Kinesis reader use: CBOR over HTTP/1.1.
//   Sdk1 ENDPOINT   does what is asserted below; prints one line of JSON
package freshet;

import com.amazonaws.Request;
import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.handlers.RequestHandler2;
import com.amazonaws.services.kinesis.AmazonKinesis;
import com.amazonaws.services.kinesis.AmazonKinesisClientBuilder;
import com.amazonaws.services.kinesis.model.*;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

public final class Sdk1 {
    static final Set<String> types = new TreeSet<>();

    static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }

    static ByteBuffer noise(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    static void waitUntilActive(AmazonKinesis kinesis, String stream) throws Exception {
        while (!kinesis.describeStream(stream).getStreamDescription().getStreamStatus().equals("ACTIVE")) Thread.sleep(20);
    }

    static List<com.amazonaws.services.kinesis.model.Record> read(AmazonKinesis kinesis, GetShardIteratorRequest from) {
        List<com.amazonaws.services.kinesis.model.Record> all = new ArrayList<>();
        String at = kinesis.getShardIterator(from).getShardIterator();
        while (at != null) {
            GetRecordsResult answer = kinesis.getRecords(new GetRecordsRequest().withShardIterator(at).withLimit(1000));
            all.addAll(answer.getRecords());
            at = answer.getMillisBehindLatest() == 0 && answer.getRecords().isEmpty() ? null : answer.getNextShardIterator();
        }
        return all;
    }

    static GetShardIteratorRequest horizon(String stream, String shard) {
        return new GetShardIteratorRequest().withStreamName(stream).withShardId(shard).withShardIteratorType("TRIM_HORIZON");
    }

    static void records(AmazonKinesis kinesis) throws Exception {
        kinesis.createStream("records", 1);
        waitUntilActive(kinesis, "records");
        ByteBuffer large = noise(1024 * 1024 - 10, 1);
        PutRecordResult put = kinesis.putRecord("records", large.duplicate(), "large");
        PutRecordsRequest batch = new PutRecordsRequest().withStreamName("records");
        for (int i = 0; i < 500; i++) batch.withRecords(new PutRecordsRequestEntry().withPartitionKey("ключ" + i).withData(noise(i, i)));
        PutRecordsResult many = kinesis.putRecords(batch);
        check(many.getFailedRecordCount() == 0 && many.getRecords().size() == 500, "batch");
        var all = read(kinesis, horizon("records", put.getShardId()));
        check(all.size() == 501 && all.get(0).getData().equals(large), "large record");
        check(all.get(0).getSequenceNumber().equals(put.getSequenceNumber()), "sequence number");
        for (int i = 0; i < 500; i++) {
            check(all.get(i + 1).getData().equals(noise(i, i)) && all.get(i + 1).getPartitionKey().equals("ключ" + i), "record " + i);
        }
        var after = read(kinesis, new GetShardIteratorRequest().withStreamName("records").withShardId(put.getShardId())
            .withShardIteratorType("AFTER_SEQUENCE_NUMBER").withStartingSequenceNumber(all.get(400).getSequenceNumber()));
        check(after.size() == 100, "AFTER_SEQUENCE_NUMBER " + after.size());
        // The SDK writes the time as milliseconds.
        var since = read(kinesis, new GetShardIteratorRequest().withStreamName("records").withShardId(put.getShardId())
            .withShardIteratorType("AT_TIMESTAMP").withTimestamp(all.get(0).getApproximateArrivalTimestamp()));
        check(since.size() == 501, "AT_TIMESTAMP " + since.size());
    }

    static void refusals(AmazonKinesis kinesis) {
        try {
            kinesis.describeStream("nowhere");
            check(false, "no refusal");
        } catch (ResourceNotFoundException error) {
            check(error.getErrorMessage().equals("Stream nowhere under account 000000000000 not found.") && error.getStatusCode() == 400, error.toString());
        }
        try {
            kinesis.createStream("records", 1);
            check(false, "no refusal");
        } catch (ResourceInUseException error) {
            check(error.getErrorMessage().contains("already exists"), error.toString());
        }
    }

    static void reshard(AmazonKinesis kinesis) throws Exception {
        kinesis.createStream("moving", 1);
        waitUntilActive(kinesis, "moving");
        for (int i = 0; i < 50; i++) kinesis.putRecord("moving", ByteBuffer.wrap(("" + i).getBytes(StandardCharsets.UTF_8)), "k" + i);
        kinesis.splitShard("moving", "shardId-000000000000", "170141183460469231731687303715884105728");
        waitUntilActive(kinesis, "moving");
        for (int i = 50; i < 100; i++) kinesis.putRecord("moving", ByteBuffer.wrap(("" + i).getBytes(StandardCharsets.UTF_8)), "k" + i);
        List<Shard> shards = kinesis.listShards(new ListShardsRequest().withStreamName("moving")).getShards();
        check(shards.size() == 3 && shards.get(1).getParentShardId().equals("shardId-000000000000"), shards.toString());
        Set<String> seen = new TreeSet<>();
        for (Shard shard : shards) {
            for (var record : read(kinesis, horizon("moving", shard.getShardId()))) check(seen.add(StandardCharsets.UTF_8.decode(record.getData()).toString()), "twice");
        }
        check(seen.size() == 100, "records " + seen.size());
    }

    public static void main(String[] arguments) throws Exception {
        AmazonKinesis kinesis = AmazonKinesisClientBuilder.standard()
            .withEndpointConfiguration(new EndpointConfiguration(arguments[0], "us-east-1"))
            .withCredentials(new AWSStaticCredentialsProvider(new BasicAWSCredentials("test", "test")))
            .withRequestHandlers(new RequestHandler2() {
                @Override
                public void beforeRequest(Request<?> request) {
                    types.add(request.getHeaders().get("Content-Type"));
                }
            })
            .build();
        records(kinesis);
        refusals(kinesis);
        reshard(kinesis);
        check(types.equals(Set.of("application/x-amz-cbor-1.1")), types.toString());
        System.out.println("{\"checked\":[\"records\",\"refusals\",\"reshard\"],\"protocol\":\"cbor\"}");
        System.exit(0);
    }
}
