// Flink's Kinesis consumer in a local cluster, with checkpoints, at a parallelism of 2.
//   Flink ENDPOINT STREAM polling|fan-out   prints "SHARD SEQUENCE DATA" of each record until it is stopped
package freshet;

import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.apache.flink.streaming.connectors.kinesis.config.AWSConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.config.ConsumerConfigConstants;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;

public final class Flink {
    static final class Line implements KinesisDeserializationSchema<String> {
        @Override
        public String deserialize(byte[] data, String key, String sequence, long arrival, String stream, String shard) {
            return shard + " " + sequence + " " + new String(data, StandardCharsets.UTF_8);
        }

        @Override
        public TypeInformation<String> getProducedType() {
            return Types.STRING;
        }
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", System.getProperty("log", "warn"));
        Properties settings = new Properties();
        settings.setProperty(AWSConfigConstants.AWS_ENDPOINT, arguments[0]);
        settings.setProperty(AWSConfigConstants.AWS_REGION, "us-east-1");
        settings.setProperty(AWSConfigConstants.AWS_CREDENTIALS_PROVIDER, "BASIC");
        settings.setProperty(AWSConfigConstants.accessKeyId(AWSConfigConstants.AWS_CREDENTIALS_PROVIDER), "test");
        settings.setProperty(AWSConfigConstants.secretKey(AWSConfigConstants.AWS_CREDENTIALS_PROVIDER), "test");
        settings.setProperty(ConsumerConfigConstants.STREAM_INITIAL_POSITION, "TRIM_HORIZON");
        settings.setProperty(ConsumerConfigConstants.SHARD_DISCOVERY_INTERVAL_MILLIS, "500");
        if (arguments[2].equals("fan-out")) {
            settings.setProperty(ConsumerConfigConstants.RECORD_PUBLISHER_TYPE, "EFO");
            settings.setProperty(ConsumerConfigConstants.EFO_CONSUMER_NAME, "flink");
        }
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(2);
        environment.enableCheckpointing(1000);
        environment.addSource(new FlinkKinesisConsumer<>(arguments[1], new Line(), settings)).print();
        environment.execute("freshet");
    }
}
