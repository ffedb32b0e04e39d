package snacklab;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the rule says of one message: the twin of judge() in src/events/parse.ts, verdict for verdict and reason for
 * reason; the corpus in test/events holds them together. A number is the double that it denotes, as in JavaScript.
 * Holds the fields of the message it judged last, so one belongs to one thread. It never throws on a message.
 */
final class EventParser {
    private static final double GREATEST_SAFE_INTEGER = 9007199254740991.0;
    /** As many digits surely fit a long and a double without rounding. */
    private static final int EXACT_DIGITS = 15;
    /** A field that was there with a value of no type that the rule knows: null, an object, an array. */
    private static final Object NO_SCALAR = new Object();
    private static final Double NOT_AN_INTEGER = Double.NaN;

    // No limits: what is too long is for the rule to say, and JSON.parse has none either.
    private static final JsonFactory JSON = JsonFactory.builder()
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
        .streamReadConstraints(StreamReadConstraints.builder()
            .maxNestingDepth(Integer.MAX_VALUE)
            .maxNumberLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE)
            .build())
        .build();

    private final EventRule rule;
    private final int kind;
    private final Object[] values;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
    private char[] chars = new char[1024];

    EventParser(EventRule rule) {
        this.rule = rule;
        this.kind = rule.indexOf("kind");
        this.values = new Object[rule.size()];
    }

    /** The reason why the message is no event, or null: then `value` gives its fields. */
    String judge(byte[] message) {
        if (message == null) return "null value";
        int length = decode(message);
        if (length < 0) return "not UTF-8";
        try (JsonParser json = JSON.createParser(chars, 0, length)) {
            JsonToken first = length > 0 && chars[0] == '\uFEFF' ? null : json.nextToken();
            if (first == null) return "not JSON";
            if (first == JsonToken.START_OBJECT) readFields(json);
            else json.skipChildren();
            if (json.nextToken() != null) return "not JSON";
            return first == JsonToken.START_OBJECT ? firstProblem() : "not an object";
        } catch (JsonProcessingException malformed) {
            return "not JSON";
        } catch (IOException impossible) {
            throw new IllegalStateException("reading from memory failed", impossible);
        } finally {
            if (chars.length > 1 << 16) chars = new char[1024];
        }
    }

    /** A field of the message judged last, which was valid: a String, a Long or a Boolean; null where its kind has none. */
    Object value(int index) {
        return values[index];
    }

    /** Fills `chars`; returns how many, or -1 where the bytes are not UTF-8. */
    private int decode(byte[] message) {
        if (chars.length < message.length) chars = new char[Math.max(message.length, 2 * chars.length)];
        int ascii = 0;
        while (ascii < message.length && message[ascii] >= 0) chars[ascii] = (char) message[ascii++];
        if (ascii == message.length) return ascii;
        CharBuffer target = CharBuffer.wrap(chars, ascii, chars.length - ascii);
        decoder.reset();
        ByteBuffer rest = ByteBuffer.wrap(message, ascii, message.length - ascii);
        if (decoder.decode(rest, target, true).isError() || decoder.flush(target).isError()) return -1;
        return target.position();
    }

    private void readFields(JsonParser json) throws IOException {
        Arrays.fill(values, null);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            int index = rule.indexOf(json.getCurrentName());
            JsonToken token = json.nextToken();
            if (index >= 0) values[index] = read(json, token);
            json.skipChildren();
        }
    }

    private static Object read(JsonParser json, JsonToken token) throws IOException {
        switch (token) {
            case VALUE_STRING:
                return json.getText();
            case VALUE_TRUE:
                return Boolean.TRUE;
            case VALUE_FALSE:
                return Boolean.FALSE;
            case VALUE_NUMBER_INT:
            case VALUE_NUMBER_FLOAT:
                return integer(json, token);
            default:
                return NO_SCALAR;
        }
    }

    /** A Long, or a Double where the number is none that JavaScript takes for a safe integer. */
    private static Object integer(JsonParser json, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT && json.getTextLength() <= EXACT_DIGITS) return json.getLongValue();
        double number = Double.parseDouble(json.getText());
        if (number != Math.rint(number) || Math.abs(number) > GREATEST_SAFE_INTEGER) return NOT_AN_INTEGER;
        return (long) number;
    }

    /** In the rule's order. What the message has of other kinds' fields is forgotten. */
    private String firstProblem() {
        for (int i = 0; i < values.length; i++) {
            EventRule.Field field = rule.field(i);
            if (!field.isOf(values[kind])) {
                values[i] = null;
                continue;
            }
            String problem = problem(field, values[i]);
            if (problem != null) return field.name() + ": " + problem;
        }
        return null;
    }

    private static String problem(EventRule.Field field, Object value) {
        if (value == null) return "missing";
        switch (field.type()) {
            case TEXT:
                return value instanceof String ? textProblem(field, (String) value) : "not a text";
            case INTEGER:
                if (!(value instanceof Long)) return "not an integer";
                long number = (Long) value;
                return number < field.least() || number > field.greatest() ? "out of range" : null;
            default:
                return value instanceof Boolean ? null : "not a boolean";
        }
    }

    private static String textProblem(EventRule.Field field, String text) {
        if (text.isEmpty() || text.length() > field.longest()) return "out of range";
        if (field.allowed() != null) return field.allowed().contains(text) ? null : "not allowed";
        return isWellFormed(text) ? null : "not well-formed";
    }

    private static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (!Character.isSurrogate(unit)) continue;
            boolean pair = Character.isHighSurrogate(unit) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
            if (!pair) return false;
            i++;
        }
        return true;
    }
}
