package snacklab;

import java.io.IOException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;

/**
 * The rule as a Spark function: a message's value to a struct of `reason` (null for a valid event) and the wanted
 * fields (null for a rejected one). The driver makes it from the rule's JSON and sends it to the executors with its
 * tasks, so that no executor can have another rule. Each task has a copy of its own, and a task is one thread.
 */
public final class ParseEvent implements UDF1<byte[], Row> {
    private static final long serialVersionUID = 1L;

    private final String ruleJson;
    private final String[] wanted;
    private transient EventParser parser;
    private transient int[] wantedIndexes;

    /** `wanted` are names of the rule's fields, in the order of the struct, without spaces, comma-separated. */
    public ParseEvent(String ruleJson, String wanted) throws IOException {
        this.ruleJson = ruleJson;
        this.wanted = wanted.isEmpty() ? new String[0] : wanted.split(",");
        prepare();
    }

    /** Makes the function known to a session under `name`; `structDdl` is its result's type. */
    public static void register(SparkSession spark, String name, String ruleJson, String wanted, String structDdl)
        throws IOException {
        DataType struct = DataType.fromDDL(structDdl);
        UserDefinedFunction function = functions.udf(new ParseEvent(ruleJson, wanted), struct);
        // Called nondeterministic, it is called once a message, and not once for each field that is taken out.
        spark.udf().register(name, function.asNondeterministic());
    }

    @Override
    public Row call(byte[] message) throws IOException {
        if (parser == null) prepare();
        Object[] struct = new Object[1 + wantedIndexes.length];
        String reason = parser.judge(message);
        if (reason != null) struct[0] = reason;
        else for (int i = 0; i < wantedIndexes.length; i++) struct[i + 1] = parser.value(wantedIndexes[i]);
        return RowFactory.create(struct);
    }

    private void prepare() throws IOException {
        EventRule rule = EventRule.parse(ruleJson);
        wantedIndexes = new int[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            wantedIndexes[i] = rule.indexOf(wanted[i]);
            if (wantedIndexes[i] < 0) throw new IllegalArgumentException("no such field in the rule: " + wanted[i]);
        }
        parser = new EventParser(rule);
    }
}
