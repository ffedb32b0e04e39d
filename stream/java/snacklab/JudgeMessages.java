package snacklab;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * For tests: judges the messages of standard input and prints one JSON line for each, {"reason": …} or {"event": …}.
 * A message is its length as 4 bytes, most significant first, and so many bytes; length -1 is a null value.
 *   java … snacklab.JudgeMessages event-rule.json
 */
public final class JudgeMessages {
    private JudgeMessages() {}

    public static void main(String[] args) throws IOException {
        EventRule rule = EventRule.parse(Files.readString(Path.of(args[0])));
        EventParser parser = new EventParser(rule);
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        try (JsonGenerator out = new JsonFactory().createGenerator(new BufferedOutputStream(System.out))) {
            out.setRootValueSeparator(null);
            for (int length = nextLength(in); length >= -1; length = nextLength(in)) {
                writeJudgement(out, rule, parser, length == -1 ? null : in.readNBytes(length));
                out.writeRaw('\n');
            }
        }
    }

    /** The next message's length, or -2 at the end. */
    private static int nextLength(DataInputStream in) throws IOException {
        try {
            return in.readInt();
        } catch (EOFException end) {
            return -2;
        }
    }

    private static void writeJudgement(JsonGenerator out, EventRule rule, EventParser parser, byte[] message)
        throws IOException {
        String reason = parser.judge(message);
        out.writeStartObject();
        if (reason != null) out.writeStringField("reason", reason);
        else {
            out.writeObjectFieldStart("event");
            for (int i = 0; i < rule.size(); i++) {
                // Null is a field that events of this kind do not have.
                if (parser.value(i) != null) out.writeObjectField(rule.field(i).name(), parser.value(i));
            }
            out.writeEndObject();
        }
        out.writeEndObject();
    }
}
