// Totals of enrolments by Kafka Streams: the latest fact of each enrolment counts in one cell, and moves when it changes.
//
//     java -cp 'libs/*' Totals.java <bootstrap> <application id> <state directory> <sum of latest versions>
//
// Prints the milliseconds from the start until the totals have every enrolment in its latest version.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;

public class Totals {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STORE = "totals";

    public static void main(String[] arguments) throws Exception {
        long expected = Long.parseLong(arguments[3]);
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("registry", Consumed.with(Serdes.String(), Serdes.ByteArray()))
            .filter((subject, fact) -> subject.startsWith("enrolments/"))
            .mapValues(Totals::contribution)
            .toTable(Materialized.with(Serdes.String(), Serdes.String()))
            .groupBy(
                (subject, contribution) -> {
                    int at = contribution.indexOf(' ');
                    return KeyValue.pair(contribution.substring(at + 1), contribution.substring(0, at));
                },
                Grouped.with(Serdes.String(), Serdes.String()))
            .aggregate(
                () -> "0 0",
                (cell, version, sum) -> moved(sum, 1, Long.parseLong(version)),
                (cell, version, sum) -> moved(sum, -1, -Long.parseLong(version)),
                Materialized.<String, String, KeyValueStore<Bytes, byte[]>>as(STORE)
                    .withKeySerde(Serdes.String()).withValueSerde(Serdes.String()))
            .toStream()
            .to("peer-totals", Produced.with(Serdes.String(), Serdes.String()));

        long started = System.nanoTime();
        try (KafkaStreams streams = new KafkaStreams(builder.build(), settings(arguments))) {
            streams.start();
            while (versions(streams) != expected) Thread.sleep(250);
            System.out.println((System.nanoTime() - started) / 1_000_000);
            System.out.flush();
        }
    }

    private static Properties settings(String[] arguments) {
        Properties found = new Properties();
        found.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
        found.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[1]);
        found.put(StreamsConfig.STATE_DIR_CONFIG, arguments[2]);
        found.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        found.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
        found.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        // As seldom as a batch of the service is committed; every 100 ms, the default, takes longer.
        found.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
        found.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 256L * 1024 * 1024);
        found.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        return found;
    }

    /** The version of a fact and the cell in which it counts, a space between. */
    private static String contribution(byte[] fact) {
        try {
            JsonNode whole = JSON.readTree(fact);
            JsonNode data = whole.get("data");
            return whole.get("version").asText() + " " + data.get("status").asText() + "|" + data.get("programme").asText()
                + "|" + data.get("region").asText() + "|" + data.get("reporting_region").asText()
                + "|" + data.get("level").asText() + "|" + data.get("effective_on").asText();
        } catch (java.io.IOException error) {
            throw new java.io.UncheckedIOException(error);
        }
    }

    /** "enrolments, sum of their versions", moved. */
    private static String moved(String sum, long count, long versions) {
        int at = sum.indexOf(' ');
        return (Long.parseLong(sum.substring(0, at)) + count) + " " + (Long.parseLong(sum.substring(at + 1)) + versions);
    }

    private static long versions(KafkaStreams streams) {
        long found = 0;
        try (KeyValueIterator<String, String> all = streams
                .store(StoreQueryParameters.fromNameAndType(STORE, QueryableStoreTypes.<String, String>keyValueStore())).all()) {
            while (all.hasNext()) {
                String sum = all.next().value;
                found += Long.parseLong(sum.substring(sum.indexOf(' ') + 1));
            }
        } catch (InvalidStateStoreException notYet) {
            return -1;
        }
        return found;
    }
}
