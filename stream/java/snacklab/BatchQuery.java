package snacklab;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.LogicalRDD;
import org.apache.spark.sql.execution.RDDScanExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.datasources.v2.DataSourceRDD;
import org.apache.spark.sql.execution.exchange.ShuffleExchangeExec;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.runtime.AbstractPartialFunction;

/**
 * One SQL query that runs over each micro-batch, planned once. Parsing, analysing, optimising and planning the same
 * text for each batch costs the driver more than all the rest of a small batch does; only the leaf of the physical
 * plan differs from batch to batch, the RDD that reads the log.
 */
public final class BatchQuery {
    private static final JsonFactory JSON = new JsonFactory();

    private final SparkPlan template;
    private final StructField[] columns;

    /**
     * Plans `sql`, which reads the view `messages`: a batch of the columns of `schemaDdl`, as all later ones must be.
     * With `oneTask` all partitions are read one after the other, which needs no second stage: best for small batches.
     */
    public BatchQuery(SparkSession session, String schemaDdl, String sql, boolean oneTask) {
        Dataset<Row> none = session.createDataFrame(session.emptyDataFrame().javaRDD(), StructType.fromDDL(schemaDdl));
        RDD<InternalRow> rdd = none.queryExecution().toRdd();
        Dataset<Row> messages = session.internalCreateDataFrame(rdd, none.schema(), false);
        (oneTask ? messages.coalesce(1) : messages).createOrReplaceTempView("messages");
        Dataset<Row> query = session.sql(sql);
        SparkPlan planned = query.queryExecution().executedPlan();
        template = oneTask ? planned.transform(new WithoutShuffle()) : planned;
        columns = query.schema().fields();
    }

    /**
     * The query's rows over a batch that foreachBatch gave, as a JSON array of arrays. Null is null. `asRead` says that
     * nothing was done to the batch since its source read it: then the source's own rows may be taken.
     */
    public String rows(Dataset<Row> batch, boolean asRead) throws IOException {
        RDD<InternalRow> rdd = ((LogicalRDD) batch.queryExecution().logical()).rdd();
        InternalRow[] rows = template.transform(new ReplaceLeaf(asRead ? rowsOfSource(rdd) : rdd)).executeCollect();
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (InternalRow row : rows) writeRow(json, row);
            json.writeEndArray();
        }
        return text.toString();
    }

    /**
     * The reader's own rows, where they can be found: what lies over them copies each message once more, with all its
     * columns, only to pass it on.
     */
    @SuppressWarnings("unchecked")
    private static RDD<InternalRow> rowsOfSource(RDD<InternalRow> rdd) {
        RDD<?> below = rdd;
        while (!(below instanceof DataSourceRDD) && below.dependencies().size() == 1) {
            below = below.dependencies().head().rdd();
        }
        return below instanceof DataSourceRDD ? (RDD<InternalRow>) below : rdd;
    }

    private void writeRow(JsonGenerator json, InternalRow row) throws IOException {
        json.writeStartArray();
        for (int i = 0; i < columns.length; i++) {
            DataType type = columns[i].dataType();
            if (row.isNullAt(i)) json.writeNull();
            else if (type instanceof LongType) json.writeNumber(row.getLong(i));
            else if (type instanceof IntegerType) json.writeNumber(row.getInt(i));
            else if (type instanceof StringType) json.writeString(row.getUTF8String(i).toString());
            else if (type instanceof BooleanType) json.writeBoolean(row.getBoolean(i));
            else throw new IllegalStateException("a query's column is of type " + type + ", which is none of an event's");
        }
        json.writeEndArray();
    }

    /**
     * Leaves out what sends rows to another stage. What is one partition before and after needs none, but the planner adds
     * one after grouping sets: it takes them to leave their rows in any number of partitions.
     */
    private static final class WithoutShuffle extends AbstractPartialFunction<SparkPlan, SparkPlan> {
        @Override
        public boolean isDefinedAt(SparkPlan plan) {
            return plan instanceof ShuffleExchangeExec;
        }

        @Override
        public SparkPlan apply(SparkPlan plan) {
            return ((ShuffleExchangeExec) plan).child();
        }
    }

    /** Puts another RDD at the leaf. Every node above it is copied, so nothing of an earlier run is left in the plan. */
    private static final class ReplaceLeaf extends AbstractPartialFunction<SparkPlan, SparkPlan> {
        private final RDD<InternalRow> rdd;

        ReplaceLeaf(RDD<InternalRow> rdd) {
            this.rdd = rdd;
        }

        @Override
        public boolean isDefinedAt(SparkPlan plan) {
            return plan instanceof RDDScanExec;
        }

        @Override
        public SparkPlan apply(SparkPlan plan) {
            RDDScanExec leaf = (RDDScanExec) plan;
            return new RDDScanExec(leaf.output(), rdd, leaf.name(), leaf.outputPartitioning(), leaf.outputOrdering());
        }
    }
}
