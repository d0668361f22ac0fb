// Totals of enrolments by Flink SQL into PostgreSQL: the latest fact of each enrolment counts in one cell.
//
//     java -cp 'libs/*' Totals.java <bootstrap> <JDBC address> <user> <password> <directory of checkpoints>
//
// Prints "started" and runs until it is ended; who measures looks into the table.

import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

public class Totals {
    public static void main(String[] arguments) throws Exception {
        Configuration settings = new Configuration();
        settings.setString("parallelism.default", "2");
        settings.setString("execution.checkpointing.interval", "1 s");
        settings.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
        settings.setString("restart-strategy.type", "none");
        settings.setString("execution.checkpointing.storage", "filesystem");
        settings.setString("execution.checkpointing.dir", "file://" + arguments[4]);
        // Rows of one cell are summed up before its state is touched: the quickest way that Flink's manual knows.
        settings.setString("table.exec.mini-batch.enabled", "true");
        settings.setString("table.exec.mini-batch.allow-latency", "1 s");
        settings.setString("table.exec.mini-batch.size", "20000");
        TableEnvironment tables = TableEnvironment.create(
            EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(settings).build());
        tables.executeSql(String.format("""
            CREATE TABLE facts (
                subject STRING, version INT,
                data ROW<status STRING, programme STRING, region STRING, reporting_region STRING, level INT,
                    effective_on STRING>,
                PRIMARY KEY (subject) NOT ENFORCED
            ) WITH (
                'connector' = 'upsert-kafka', 'topic' = 'registry', 'properties.bootstrap.servers' = '%s',
                'key.format' = 'raw', 'value.format' = 'json', 'value.fields-include' = 'EXCEPT_KEY'
            )""", arguments[0]));
        tables.executeSql(String.format("""
            CREATE TABLE totals (
                cell STRING, enrolments BIGINT, versions BIGINT, PRIMARY KEY (cell) NOT ENFORCED
            ) WITH (
                'connector' = 'jdbc', 'url' = '%s', 'username' = '%s', 'password' = '%s', 'table-name' = 'peer_totals',
                'sink.buffer-flush.max-rows' = '5000', 'sink.buffer-flush.interval' = '1 s'
            )""", arguments[1], arguments[2], arguments[3]));
        System.out.println("started");
        System.out.flush();
        tables.executeSql("""
            INSERT INTO totals
            SELECT cell, count(*), sum(version) FROM (
                SELECT version, data.status || '|' || data.programme || '|' || data.region || '|'
                    || data.reporting_region || '|' || CAST(data.level AS STRING) || '|' || data.effective_on AS cell
                FROM facts WHERE subject LIKE 'enrolments/%'
            ) GROUP BY cell""").await();
    }
}
