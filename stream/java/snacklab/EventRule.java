package snacklab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a valid event is, as src/events/rule.ts lists it; the build writes that list to event-rule.json. */
final class EventRule {
    enum Type { TEXT, INTEGER, BOOLEAN }

    /**
     * A field that must be there, in events of these kinds; `kinds` null is all. Bounds are inclusive; `longest` counts UTF-16
     * units; `allowed` null is any text.
     */
    record Field(String name, Set<String> kinds, Type type, int longest, Set<String> allowed, long least, long greatest) {
        boolean isOf(Object kind) {
            return kinds == null || kinds.contains(kind);
        }
    }

    private final Field[] fields;
    private final Map<String, Integer> indexByName = new HashMap<>();

    private EventRule(List<Field> fields) {
        this.fields = fields.toArray(new Field[0]);
        for (int i = 0; i < this.fields.length; i++) indexByName.put(this.fields[i].name, i);
    }

    /** Reads the JSON list of fields. Throws on a type that it does not know: a rule half applied would be another rule. */
    static EventRule parse(String json) throws IOException {
        List<Field> fields = new ArrayList<>();
        for (JsonNode node : new ObjectMapper().readTree(json)) fields.add(field(node));
        return new EventRule(fields);
    }

    private static Field field(JsonNode node) {
        String name = node.required("name").textValue();
        Set<String> kinds = texts(node, "kinds");
        switch (node.required("type").textValue()) {
            case "text":
                return new Field(name, kinds, Type.TEXT, node.required("longest").intValue(), texts(node, "allowed"), 0, 0);
            case "integer":
                long least = node.required("least").longValue();
                return new Field(name, kinds, Type.INTEGER, 0, null, least, node.required("greatest").longValue());
            case "boolean":
                return new Field(name, kinds, Type.BOOLEAN, 0, null, 0, 0);
            default:
                throw new IllegalArgumentException("the rule's field " + name + " has an unknown type: " + node.get("type"));
        }
    }

    /** A list of texts, or null where the field has none by that name. */
    private static Set<String> texts(JsonNode node, String name) {
        if (!node.has(name)) return null;
        Set<String> texts = new HashSet<>();
        node.get(name).forEach(text -> texts.add(text.textValue()));
        return texts;
    }

    int size() {
        return fields.length;
    }

    Field field(int index) {
        return fields[index];
    }

    /** The place of a field in the rule, or -1 for an unknown one. */
    int indexOf(String name) {
        Integer index = indexByName.get(name);
        return index == null ? -1 : index;
    }
}
